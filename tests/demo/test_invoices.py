"""The invoices of the demo, read by the modules and patterns of its plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from activities.modules import DocumentHandle, ModuleCall, ModuleFailed, find_module
from config.demo.invoices import INVOICES, Invoice, pdf
from config.demo.load import PLANS
from plans.language.source import parse_source

READABLE = [invoice for invoice in INVOICES if not invoice.file.startswith("scan-")]
SCAN = next(invoice for invoice in INVOICES if invoice.file.startswith("scan-"))


def options() -> dict[str, Any]:
    plan: Any = parse_source((PLANS / "supplier-invoice.yaml").read_text(), filename="supplier-invoice.yaml")
    (extract,) = [step for step in plan["steps"] if step["slug"] == "extract"]
    found: dict[str, Any] = extract["config"]["moduleOptions"]
    return found


def read(invoice: Invoice, folder: Path) -> dict[str, Any]:
    module = find_module("builtin/pdf-text")
    assert module is not None
    path = folder / invoice.file
    path.write_bytes(pdf(invoice))
    document = DocumentHandle(invoice.file, invoice.file, str(path), mime="application/pdf")
    result: dict[str, Any] = module.run(ModuleCall(documents=[document]))
    return result


def extract(text: dict[str, Any]) -> dict[str, Any]:
    module = find_module("builtin/regex-extract")
    assert module is not None
    document = DocumentHandle("a", "a.pdf", "/nowhere", results={"read": text})
    result: dict[str, Any] = module.run(ModuleCall(options=options(), documents=[document]))
    return result


@pytest.mark.parametrize("invoice", READABLE, ids=lambda invoice: invoice.file)
def test_the_fields_of_an_invoice_are_extracted(invoice: Invoice, tmp_path: Path) -> None:
    found = extract(read(invoice, tmp_path))

    assert found["fields"] == {
        "supplier": invoice.supplier,
        "addressee": invoice.addressee[0],
        "number": invoice.number or None,
        "date": invoice.iso_date,
        "poNumber": invoice.po_number or None,
        "currency": "EUR",
        "total": float(invoice.total),
    }


def test_a_scan_holds_no_text(tmp_path: Path) -> None:
    with pytest.raises(ModuleFailed) as caught:
        read(SCAN, tmp_path)

    assert caught.value.code == "no-text"


@pytest.mark.parametrize("invoice", INVOICES, ids=lambda invoice: invoice.file)
def test_an_invoice_is_the_same_bytes_each_time(invoice: Invoice) -> None:
    assert pdf(invoice) == pdf(invoice)


def test_the_large_one_is_above_the_limit_and_all_others_are_below() -> None:
    large = [invoice.file for invoice in INVOICES if invoice.total > 10_000]

    assert large == ["contoso-machinery-20877.pdf"]


def test_the_german_list_has_several_pages(tmp_path: Path) -> None:
    invoice = next(invoice for invoice in INVOICES if invoice.supplier == "Proseware GmbH")

    assert read(invoice, tmp_path)["pageCount"] == 3
