"""Idempotency keys: a POST that is sent twice is done once.

The key belongs to the person. The first request claims it, a repeat gets the stored answer. Only answers of success
are stored: a refusal did nothing, so a repeat may try again.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from plans.errors import Conflict, Invalid, Refused
from plans.models import IdempotencyKey
from plans.requests import person_of

HEADER = "Idempotency-Key"
# A first request that gave no sign for so long died with its process; the key may be claimed anew.
ABANDONED = timedelta(minutes=2)


class KeyReused(Refused):
    """The key was used with another request."""

    code = "idempotency-key-reused"
    status = 422


class TooLarge(Refused):
    """The body is larger than what is taken here."""

    code = "too-large"
    status = 413


class _Answered(Exception):
    def __init__(self, row: IdempotencyKey) -> None:
        self.row = row


class Idempotent:
    """Mixin, in front of a REST framework view: POST honours the header `Idempotency-Key`."""

    _claimed: IdempotencyKey | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who asks, then claim the key."""
        key = request.headers.get(HEADER, "") if request.method == "POST" else ""
        if key and not _is_form_of_parts(request):
            # Kept for the digest: the check of the CSRF token parses the body, which can be read only once.
            _body = request._request.body
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if not key:
            return
        if len(key) > 200:
            raise Invalid(_("the header Idempotency-Key may be 200 characters long at most"))
        self._claimed = _claim(request, key)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a repeat as the first time, and let go of the key when a request was refused."""
        if isinstance(exc, _Answered):
            return Response(exc.row.response, status=exc.row.status)
        if isinstance(exc, RequestDataTooBig):
            exc = TooLarge(_("the body is too large; send less at once"))
        self._let_go()
        answer: Response = super().handle_exception(exc)  # type: ignore[misc]
        return answer

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Store an answer of success under the claimed key."""
        answer: Response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        if self._claimed is None:
            return answer
        if answer.status_code >= 400:
            self._let_go()
            return answer
        self._claimed.status = answer.status_code
        self._claimed.response = json.loads(json.dumps(answer.data, cls=JSONEncoder))
        self._claimed.save(update_fields=["status", "response"])
        return answer

    def _let_go(self) -> None:
        if self._claimed is not None:
            self._claimed.delete()
            self._claimed = None


def _claim(request: Request, key: str) -> IdempotencyKey:
    digest = _digest(request)
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(person=person_of(request), key=key, request_digest=digest)
    except IntegrityError:
        row = IdempotencyKey.objects.filter(person=person_of(request), key=key).first()
    if row is None:
        raise Conflict(_("the first request with this Idempotency-Key has just failed; send it again"))
    if row.request_digest != digest:
        raise KeyReused(
            _('Idempotency-Key "%(key)s" was used with another request; take a new key') % {"key": key}
        )
    if row.status is not None:
        raise _Answered(row)
    return _take_over(row)


def _take_over(row: IdempotencyKey) -> IdempotencyKey:
    now = timezone.now()
    stale = IdempotencyKey.objects.filter(pk=row.pk, status=None, created_at__lt=now - ABANDONED)
    if not stale.update(created_at=now):
        raise Conflict(
            _("the first request with this Idempotency-Key is still at work; ask again in a moment"),
            code="idempotency-key-in-progress",
        )
    return row


def _digest(request: Request) -> str:
    total = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if _is_form_of_parts(request):
        _digest_form(request, total)
    else:
        total.update(request.body)
    return total.hexdigest()


def _is_form_of_parts(request: Request) -> bool:
    return (request.content_type or "").startswith("multipart/")


def _digest_form(request: Request, total: Any) -> None:
    form = request.data
    assert isinstance(form, QueryDict)
    for name in sorted(form):
        for value in form.getlist(name):
            total.update(name.encode() + b"\0")
            if not isinstance(value, UploadedFile):
                total.update(str(value).encode() + b"\0")
                continue
            for chunk in value.chunks():
                total.update(chunk)
            value.seek(0)
