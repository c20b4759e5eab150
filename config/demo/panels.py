"""The demo ERP on the home page and in the palette, for people of the demo organization alone."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from config.demo.models import Bill, Erp
from plans.models import Person, Project
from plans.panels import ROWS, Panel, Row


def bills(person: Person, project: Project) -> Panel | None:
    """Return the newest bills of the organization's demo ERP; None where the demo was not loaded."""
    erp = Erp.objects.visible_to(person).filter(organization_id=project.organization_id).first()
    if erp is None:
        return None
    newest = list(erp.bills.all()[:ROWS])
    count = len(newest) if len(newest) < ROWS else erp.bills.count()
    empty = _("Bills that an activity posts stand here.")
    return Panel(
        "demo-erp",
        _("Ledger of the demo ERP"),
        count,
        [_row(bill) for bill in newest],
        reverse("demo-erp"),
        empty,
    )


def palette(person: Person, project: Project) -> Sequence[dict[str, str]]:
    """Return the ledger as a place to go."""
    if not Erp.objects.visible_to(person).filter(organization_id=project.organization_id).exists():
        return []
    return [{"label": _("Ledger"), "url": reverse("demo-erp"), "hint": _("Demo ERP")}]


def _row(bill: Bill) -> Row:
    amount = f"{bill.currency} {bill.total:,.2f}"
    return Row(
        f"{bill.supplier}, {amount}",
        f"{reverse('demo-erp')}#{bill.reference}",
        note=bill.reference,
        at=bill.created_at,
    )
