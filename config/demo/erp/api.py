"""The ERP's API: bearer token, JSON in and out. It stands for somebody else's system and shares nothing with ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from config.demo.erp.schema import IncomingBill, IncomingNotice, describe
from config.demo.erp.services import KeyReused, account_of, post_bill, send_notice
from config.demo.models import Bill, Erp, Notice

PAGE = 100
ErpView = Callable[..., JsonResponse]


def for_account(view: ErpView) -> ErpView:
    """Let through who carries an account's token, and hand the account on."""

    @csrf_exempt
    @wraps(view)
    def checked(request: HttpRequest, **path: Any) -> JsonResponse:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        erp = account_of(token.strip()) if scheme.lower() == "bearer" else None
        if erp is None:
            answer = _problem(401, "send the API token of your account as: Authorization: Bearer <token>")
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        return view(request, erp, **path)

    return checked


@for_account
@require_http_methods(["GET", "POST"])
def bills(request: HttpRequest, erp: Erp) -> JsonResponse:
    """List the newest bills, or post one."""
    if request.method == "GET":
        return JsonResponse({"bills": [_bill(bill) for bill in erp.bills.all()[:PAGE]]})
    return _posted(
        request,
        lambda key: _bill(
            post_bill(erp, IncomingBill.model_validate_json(request.body), key=key, body=request.body)
        ),
    )


@for_account
@require_http_methods(["GET"])
def bill(request: HttpRequest, erp: Erp, reference: str) -> JsonResponse:
    """Return one bill."""
    digits = reference.removeprefix("B-")
    found = (
        erp.bills.filter(pk=int(digits)).first()
        if digits.isascii() and digits.isdigit() and len(digits) < 16
        else None
    )
    return JsonResponse(_bill(found)) if found else _problem(404, f"there is no bill {reference}")


@for_account
@require_http_methods(["POST"])
def notices(request: HttpRequest, erp: Erp) -> JsonResponse:
    """Send a notice to a supplier."""
    return _posted(
        request,
        lambda key: _notice(
            send_notice(erp, IncomingNotice.model_validate_json(request.body), key=key, body=request.body)
        ),
    )


def _posted(request: HttpRequest, post: Callable[[str], dict[str, Any]]) -> JsonResponse:
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key or len(key) > 300:
        return _problem(
            400, "send an Idempotency-Key of up to 300 characters, so that a repeat is not posted twice"
        )
    try:
        made = post(key)
        page = request.build_absolute_uri(f"{reverse('demo-erp')}#{made['id']}")
        return JsonResponse(made | {"url": page}, status=201)
    except ValidationError as error:
        return _problem(422, describe(error))
    except KeyReused as error:
        return _problem(409, str(error))


def _problem(status: int, message: str) -> JsonResponse:
    return JsonResponse({"message": message}, status=status)


def _bill(bill: Bill) -> dict[str, Any]:
    return {
        "id": bill.reference,
        "status": "posted",
        "supplier": bill.supplier,
        "number": bill.number,
        "date": bill.date.isoformat(),
        "currency": bill.currency,
        "total": float(bill.total),
        "poNumber": bill.po_number or None,
        "lines": bill.lines,
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.reference,
        "status": "sent",
        "supplier": notice.supplier,
        "number": notice.number or None,
    }
