"""What every API answer has in common: problem details (RFC 9457), pages by cursor."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from plans.errors import Refused

PROBLEM_JSON = "application/problem+json"
logger = logging.getLogger("throughline.api")


class Pages(CursorPagination):
    """Newest first, by cursor; `?pageSize=` up to 200."""

    page_size_query_param = "pageSize"
    max_page_size = 200
    ordering = "-created_at"


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
