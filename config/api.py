"""What every API answer has in common: problem details (RFC 9457), pages by cursor.

What no API view answers (a wrong address, a request that Django itself refuses, a bug) is a problem below /api/
as well, and a page elsewhere: the four views `bad_request` to `broken` are the handlers that `config.urls` names.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from plans.errors import Invalid, Refused

PROBLEM_JSON = "application/problem+json"
logger = logging.getLogger("throughline.api")


class Pages(CursorPagination):
    """Newest first, by cursor; `?pageSize=` up to 200."""

    page_size_query_param = "pageSize"
    max_page_size = 200
    ordering = "-created_at"

    def get_page_size(self, request: Request) -> int:
        """Return what was asked for; raise Invalid for what is no number from 1 to 200."""
        text = request.query_params.get("pageSize", "")
        if not text:
            return self.page_size or self.max_page_size
        if (
            not text.isascii()
            or not text.isdigit()
            or len(text) > 3
            or not 1 <= int(text) <= self.max_page_size
        ):
            wanted = {"text": text, "most": self.max_page_size}
            raise Invalid(
                _("pageSize=%(text)s is no number from 1 to %(most)d") % wanted, code="invalid-page-size"
            )
        return int(text)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return where the page begins; raise Invalid for what no answer here gave out."""
        try:
            cursor = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None:
                datetime.fromisoformat(str(cursor.position)).astimezone(UTC)
        except (exceptions.NotFound, ValueError, OverflowError) as error:
            raise Invalid(
                _("this cursor is none of ours; begin without one, then follow next"), code="invalid-cursor"
            ) from error
        return cursor


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn a refusal into problem details; None leaves a bug to Django's 500."""
    if isinstance(error, Refused):
        set_rollback()
        return _response(error.status, error.code, error.message, error.extra)
    if isinstance(error, Http404):
        return _response(404, "not-found", "There is nothing here, or nothing that you may see.", {})
    if isinstance(error, PermissionDenied):
        return _response(403, "not-allowed", str(error) or "You may not do this.", {})
    answer = exception_handler(error, context)
    if answer is None or not isinstance(error, exceptions.APIException):
        return answer
    if isinstance(error, exceptions.PermissionDenied) and str(error.detail).startswith("CSRF Failed"):
        return _response(403, "csrf", _csrf_advice(str(error.detail)), {})
    fields = answer.data if isinstance(error, exceptions.ValidationError) else None
    detail = _in_words(fields) if fields is not None else str(error.detail)
    shaped = _response(
        answer.status_code,
        str(error.default_code).replace("_", "-"),
        detail,
        {"errors": fields} if fields is not None else {},
    )
    for header in ("WWW-Authenticate", "Retry-After"):
        if header in answer.headers:
            shaped.headers[header] = answer.headers[header]
    return shaped


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what Django itself refuses: too many fields, a forged host, a body that is too large."""
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return _problem(413, "too-large", _("The body is too large; send less at once."))
    said = str(exception) if isinstance(exception, BadRequest) else ""
    detail = said or _("The request can't be read; check its address, headers and body.")
    return _problem(400, "bad-request", detail)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what is forbidden before any API view."""
    if not _is_api(request):
        return defaults.permission_denied(request, exception)
    return _problem(403, "not-allowed", str(exception) or _("You may not do this."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer an address that is none."""
    if not _is_api(request):
        return defaults.page_not_found(request, exception)
    text = _("There is nothing at %(path)s; /api/schema/ lists the addresses there are.")
    return _problem(404, "not-found", text % {"path": request.path[:200]})


def broken(request: HttpRequest) -> HttpResponseBase:
    """Answer for a bug; what it was stands in the log alone."""
    if not _is_api(request):
        return defaults.server_error(request)
    text = _(
        "Something broke on the server, and what you sent may not have been done; the server's log says why. "
        "To send it again, use the same Idempotency-Key."
    )
    return _problem(500, "internal-error", text)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _csrf_advice(reason: str) -> str:
    return _("%(reason)s Nothing was changed; load the page again, or send the header X-CSRFToken.") % {
        "reason": reason
    }


def _in_words(fields: Any) -> str:
    """Name the fields; what is wrong with each stands in `errors`."""
    names = [name for name in fields if name != "non_field_errors"] if isinstance(fields, dict) else []
    if not names:
        return _("The body is not as it should be; errors says why.")
    return _("Not as it should be: %(fields)s; errors says why.") % {"fields": ", ".join(names)}


def _response(status: int, code: str, detail: str, extra: dict[str, Any]) -> Response:
    return Response(_body(status, code, detail) | extra, status=status, content_type=PROBLEM_JSON)


def _problem(status: int, code: str, detail: str) -> HttpResponse:
    body = JSONRenderer().render(_body(status, code, detail))
    return HttpResponse(body, status=status, content_type=PROBLEM_JSON)


def _body(status: int, code: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"urn:throughline:{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
    }
