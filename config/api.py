"""What every API answer has in common: problem details (RFC 9457), pages by cursor.

What no API view answers (a wrong address, a request that Django itself refuses, a bug) is a problem below /api/ as well,
and a page elsewhere: the four views at the end are the handlers that `config.urls` names.
"""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db.models import QuerySet
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
            return int(self.page_size)
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
        wrong = Invalid(
            _("this cursor is none of ours; begin without one, then follow next"), code="invalid-cursor"
        )
        try:
            cursor = super().decode_cursor(request)
        except exceptions.NotFound as error:
            raise wrong from error
        if cursor is not None and cursor.position is not None:
            self._check(cursor.position, wrong)
        return cursor

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any] | None:
        """Return one page of rows."""
        self._field = queryset.model._meta.get_field(
            self.get_ordering(request, queryset, view)[0].lstrip("-")
        )
        return super().paginate_queryset(queryset, request, view)

    def _check(self, position: str, wrong: Invalid) -> None:
        try:
            self._field.to_python(position)
        except ValidationError as error:
            raise wrong from error


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
    fields = answer.data if isinstance(error, exceptions.ValidationError) else None
    detail = "Some fields are not as they should be." if fields is not None else str(error.detail)
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


def _response(status: int, code: str, detail: str, extra: dict[str, Any]) -> Response:
    body = {
        "type": f"urn:throughline:{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
    }
    return Response(body | extra, status=status, content_type=PROBLEM_JSON)
