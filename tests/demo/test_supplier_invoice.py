"""The main job on real input: PDFs in, people decide, a bill stands in the ledger."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from activities import dispatch, starting
from activities.models import Activity, DocumentFamily, Step
from activities.trial.run import Local
from config.demo.load import PLANS, load_demo
from config.demo.models import Bill, Notice
from plans.models import Person, Plan, Project
from tasks import approvals
from tasks import services as tasks
from tasks.models import Task

FABRIKAM, CONTOSO = "fabrikam-office-FO-2026-1041.pdf", "contoso-machinery-20877.pdf"
TAILSPIN, SCAN = "tailspin-repairs-october.pdf", "scan-0047.pdf"
LITWARE, PROSEWARE = "litware-design-LD-554.pdf", "proseware-rechnung-RE-2026-0815.pdf"


class Run:
    """An activity of the demo's plan, played step by step."""

    def __init__(self, project: Project, *files: str) -> None:
        self.local = Local()
        documents = [DocumentFamily.objects.get(project=project, name=file) for file in files]
        plan = Plan.objects.get(slug="supplier-invoice")
        with dispatch.using(self.local):
            self.activity: Activity = starting.start(
                plan, project=project, by=person("olivia"), inputs={"note": "By courier"}, documents=documents
            )
        self.go_on()

    def go_on(self) -> None:
        with dispatch.using(self.local):
            self.local.play(self.activity.pk)
        self.activity.refresh_from_db()

    def task(self) -> Task:
        return Task.objects.get(activity=self.activity, status=Task.Status.OPEN)

    def review(self, action: str, *, comment: str = "", **data: Any) -> None:
        task = self.task()
        with dispatch.using(self.local):
            tasks.complete(
                task, by=person("ravi"), action=action, data={**task.data, **data}, comment=comment
            )
        self.go_on()

    def decide(self, outcome: str, comment: str = "") -> None:
        with dispatch.using(self.local):
            approvals.decide(self.task(), by=person("fiona"), outcome=outcome, comment=comment)
        self.go_on()

    def statuses(self) -> dict[str, str]:
        return dict(Step.objects.filter(activity=self.activity).values_list("slug", "status"))


def person(name: str) -> Person:
    return Person.objects.get(username=name)


@pytest.fixture
def project(live_server: Any) -> Iterator[Project]:
    return load_demo(base_url=live_server.url)


@pytest.mark.parametrize(
    ("file", "supplier", "total"),
    [(FABRIKAM, "Fabrikam Office Supply", "1220.41"), (PROSEWARE, "Proseware GmbH", "2909.98")],
)
def test_a_clean_small_invoice_is_posted_without_a_person(
    project: Project, file: str, supplier: str, total: str
) -> None:
    run = Run(project, file)

    bill = Bill.objects.get()
    assert run.activity.status == "COMPLETED"
    assert run.activity.output == {"bill": bill.reference, "notice": None}
    assert (bill.supplier, str(bill.total), bill.note) == (supplier, total, "By courier")
    assert not Task.objects.exists()


def test_a_set_with_a_large_one_is_reviewed_approved_and_posted(project: Project) -> None:
    run = Run(project, FABRIKAM, CONTOSO)
    assert (
        run.task().title
        == "Review Fabrikam Office Supply, Contoso Machinery, FO-2026-1041, INV-20877, EUR 19670.41"
    )

    run.review("approve")
    run.decide("approved", "Budgeted")

    bill = Bill.objects.get()
    assert run.activity.status == "COMPLETED"
    assert str(bill.total) == "19670.41"
    assert [line["total"] for line in bill.lines] == [1220.41, 18450.0]
    assert run.statuses()["notify"] == "NOT_TAKEN"


def test_what_is_missing_is_typed_by_the_reviewer(project: Project) -> None:
    run = Run(project, TAILSPIN)

    run.review("correct", number="T-88", poNumber="PO-77140", notes="Asked by phone")

    bill = Bill.objects.get()
    assert run.activity.status == "COMPLETED"
    assert (bill.supplier, bill.number, bill.po_number) == ("Tailspin Repairs", "T-88", "PO-77140")
    assert bill.note == "Asked by phone\nBy courier"


def test_a_scan_is_typed_by_the_reviewer(project: Project) -> None:
    run = Run(project, SCAN)

    run.review("correct", supplier="Wingtip Cleaning", number="WC-118", date="2026-11-06", total=665.5)

    assert run.activity.status == "COMPLETED"
    assert Bill.objects.get().lines == [{"document": SCAN, "number": "WC-118", "total": 665.5}]


def test_an_invoice_to_somebody_else_is_rejected_and_the_supplier_told(project: Project) -> None:
    run = Run(project, LITWARE)

    run.review("reject", comment="This invoice is for Adventure Works.")

    notice = Notice.objects.get()
    assert run.activity.status == "COMPLETED"
    assert (notice.supplier, notice.number, notice.reason) == (
        "Litware Design",
        "LD-554",
        "This invoice is for Adventure Works.",
    )
    assert not Bill.objects.exists()


def test_finance_rejects_and_the_supplier_is_told_why(project: Project) -> None:
    run = Run(project, CONTOSO)

    run.review("approve")
    run.decide("rejected", "Not ordered by us.")

    assert run.activity.status == "COMPLETED"
    assert Notice.objects.get().reason == "Not ordered by us."
    assert run.statuses()["post"] == "NOT_TAKEN"


def test_the_plans_own_cases_hold() -> None:
    """In a process of its own: the command puts its throwaway database in the place of the real one."""
    files = [str(path) for path in sorted(PLANS.glob("*.yaml"))]
    done = subprocess.run(
        [sys.executable, "manage.py", "test_plan", *files], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
