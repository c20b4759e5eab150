"""What the ERP does: who calls, and posting once for each idempotency key."""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from config.demo.erp.schema import IncomingBill, IncomingNotice
from config.demo.models import Bill, Erp, Notice

AnyEntry = TypeVar("AnyEntry", Bill, Notice)


class KeyReused(Exception):
    """An idempotency key that was used for another body."""


def account_of(token: str) -> Erp | None:
    """Return the account that the bearer token opens."""
    return Erp.objects.filter(token_digest=Erp.digest_of(token)).first()


def post_bill(erp: Erp, incoming: IncomingBill, *, key: str, body: bytes) -> Bill:
    """Put the bill into the ledger, or return the one that this key made; raise KeyReused."""
    lines: Any = [line.as_json() for line in incoming.lines]
    bill = Bill(
        erp=erp,
        idempotency_key=key,
        request_digest=hashlib.sha256(body).hexdigest(),
        supplier=incoming.supplier,
        number=incoming.number,
        date=incoming.date,
        currency=incoming.currency,
        total=incoming.total,
        po_number=incoming.po_number or "",
        note=incoming.note or "",
        lines=lines,
    )
    return _once(bill)


def send_notice(erp: Erp, incoming: IncomingNotice, *, key: str, body: bytes) -> Notice:
    """Put the notice on record, or return the one that this key made; raise KeyReused."""
    notice = Notice(
        erp=erp,
        idempotency_key=key,
        request_digest=hashlib.sha256(body).hexdigest(),
        supplier=incoming.supplier,
        number=incoming.number or "",
        reason=incoming.reason,
    )
    return _once(notice)


def _once(entry: AnyEntry) -> AnyEntry:
    """Insert; the database's unique key decides between two that come at the same moment."""
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
        return entry
    except IntegrityError:
        first = type(entry).objects.filter(erp=entry.erp, idempotency_key=entry.idempotency_key).first()
        if first is None:
            raise
    if first.request_digest != entry.request_digest:
        raise KeyReused(
            f"Idempotency-Key {entry.idempotency_key!r} was used for another request; send a new key"
        )
    return first
