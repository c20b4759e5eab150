"""The invoices of the demo: PDFs made by code, different in layout and in what becomes of them.

Every file is made byte for byte the same each time, so that loading the demo twice keeps one copy.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
NORTHWIND: Final = ("Northwind Traders", "Accounts payable", "14 Harbour Street", "Rotterdam 3011")
GREY: Final = HexColor("#667085")
VAT: Final = Decimal("0.21")


@dataclass(frozen=True, slots=True)
class Item:
    """A row of an invoice."""

    text: str
    quantity: int
    price: Decimal

    @property
    def total(self) -> Decimal:
        """Quantity times price."""
        return self.quantity * self.price


@dataclass(frozen=True, slots=True)
class Invoice:
    """What is printed. `number` and `po_number` are "" where the supplier left them out; `total` is gross."""

    file: str
    about: str  # what becomes of it, in a few words
    supplier: str
    address: tuple[str, ...]
    addressee: tuple[str, ...]
    number: str
    date: str  # as printed
    iso_date: str
    po_number: str
    items: tuple[Item, ...]
    draw: Callable[[Canvas, Invoice], None]
    colour: str = "#1d4ed8"

    @property
    def net(self) -> Decimal:
        """The sum of the rows."""
        return sum((item.total for item in self.items), Decimal(0))

    @property
    def vat(self) -> Decimal:
        """Value added tax, in cents."""
        return (self.net * VAT).quantize(Decimal("0.01"))

    @property
    def total(self) -> Decimal:
        """What is to be paid."""
        return self.net + self.vat


def pdf(invoice: Invoice) -> bytes:
    """Return the invoice as a PDF file."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=True)
    canvas.setTitle(f"Invoice {invoice.number}".strip())
    canvas.setAuthor(invoice.supplier)
    invoice.draw(canvas, invoice)
    canvas.save()
    return buffer.getvalue()


def english(amount: Decimal) -> str:
    """Write 1234.5 as 1,234.50."""
    return f"{amount:,.2f}"


def german(amount: Decimal) -> str:
    """Write 1234.5 as 1.234,50."""
    return english(amount).translate(str.maketrans(",.", ".,"))


def classic(canvas: Canvas, invoice: Invoice) -> None:
    """Letterhead on top, facts at the right, a ruled table, totals at the right."""
    colour = HexColor(invoice.colour)
    _letterhead(canvas, invoice, colour)
    _lines(canvas, ("Bill to:", *invoice.addressee), 20 * mm, HEIGHT - 68 * mm)
    facts = [f"Invoice date: {invoice.date}"]
    facts = [f"Invoice no.: {invoice.number}", *facts] if invoice.number else facts
    facts += [f"Purchase order: {invoice.po_number}"] if invoice.po_number else []
    _lines(canvas, (*facts, "Payment: 30 days net"), 125 * mm, HEIGHT - 68 * mm)
    y = _table(canvas, invoice.items, HEIGHT - 105 * mm, colour, money=english)
    _totals(canvas, invoice, y - 8 * mm, english)
    _foot(canvas, f"{invoice.supplier} · {', '.join(invoice.address)} · IBAN NL91 ABNA 0417 1643 00")


def sidebar(canvas: Canvas, invoice: Invoice) -> None:
    """A coloured band at the left carries the supplier; label and value stand apart, in columns."""
    canvas.setFillColor(HexColor(invoice.colour))
    canvas.rect(0, 0, 58 * mm, HEIGHT, stroke=0, fill=1)
    canvas.setFillColor(HexColor("#ffffff"))
    canvas.setFont("Helvetica-Bold", 12)
    canvas.drawString(9 * mm, HEIGHT - 30 * mm, invoice.supplier)
    _lines(canvas, invoice.address, 9 * mm, HEIGHT - 38 * mm, colour=HexColor("#ffffff"), size=8)
    canvas.setFillColor(HexColor("#111827"))
    canvas.setFont("Helvetica", 26)
    canvas.drawString(70 * mm, HEIGHT - 30 * mm, "TAX INVOICE")
    pairs = [
        ("Invoice number", invoice.number),
        ("Date of issue", invoice.date),
        ("Your order", invoice.po_number),
    ]
    y = HEIGHT - 46 * mm
    for label, value in ((label, value) for label, value in pairs if value):
        canvas.setFont("Helvetica", 9)
        canvas.drawString(70 * mm, y, label)
        canvas.setFont("Helvetica-Bold", 9)
        canvas.drawString(110 * mm, y, value)
        y -= 5.5 * mm
    _lines(canvas, ("Bill to", *invoice.addressee), 70 * mm, HEIGHT - 76 * mm)
    y = _table(
        canvas, invoice.items, HEIGHT - 110 * mm, HexColor(invoice.colour), money=english, left=70 * mm
    )
    _totals(canvas, invoice, y - 8 * mm, english, left=118 * mm)


def plain(canvas: Canvas, invoice: Invoice) -> None:
    """A letter in a typewriter's face, as a small workshop writes it."""
    rows = [invoice.supplier, *invoice.address, "", *invoice.addressee, "", f"Date: {invoice.date}"]
    rows += [f"Invoice number: {invoice.number}"] if invoice.number else []
    rows += [f"PO number: {invoice.po_number}"] if invoice.po_number else []
    rows += ["", "For our work we charge you:", ""]
    rows += [
        f"{item.quantity:>4} x {item.text:<38}{'EUR ' + english(item.total):>16}" for item in invoice.items
    ]
    rows += ["", f"{'VAT 21%':<45}{'EUR ' + english(invoice.vat):>16}"]
    rows += [f"{'TOTAL':<45}{'EUR ' + english(invoice.total):>16}", "", "Payable within 14 days. Thank you."]
    canvas.setFont("Courier", 10)
    for row, text in enumerate(rows):
        canvas.drawString(22 * mm, HEIGHT - (28 + 5.4 * row) * mm, text)


def statement(canvas: Canvas, invoice: Invoice) -> None:
    """A long list over several pages, German words and numbers, rows as an export prints them."""
    per_page = 34
    pages = [invoice.items[at : at + per_page] for at in range(0, len(invoice.items), per_page)]
    for number, items in enumerate(pages, 1):
        _statement_head(canvas, invoice, number, len(pages))
        canvas.setFont("Courier", 8)
        y = HEIGHT - 72 * mm
        canvas.drawString(20 * mm, y, "Pos;Artikel;Menge;Einzelpreis;Gesamt")
        for row, item in enumerate(items, 1 + (number - 1) * per_page):
            y -= 4.6 * mm
            text = f"{row:03d};{item.text};{item.quantity};{german(item.price)};{german(item.total)}"
            canvas.drawString(20 * mm, y, text)
        if number < len(pages):
            canvas.showPage()
    canvas.setFont("Helvetica", 10)
    for label, amount in (("Nettobetrag", invoice.net), ("MwSt. 21 %", invoice.vat)):
        y -= 6 * mm
        canvas.drawString(20 * mm, y, f"{label}: {german(amount)} EUR")
    canvas.setFont("Helvetica-Bold", 11)
    canvas.drawString(20 * mm, y - 7 * mm, f"Gesamtbetrag: {german(invoice.total)} EUR")


def scanned(canvas: Canvas, invoice: Invoice) -> None:
    """A picture of a paper: to a reader an invoice, to a program no text at all."""
    page = Image.new("L", (1000, 1414), 247)
    pen = ImageDraw.Draw(page)
    rows = [
        invoice.supplier,
        *invoice.address,
        "",
        "INVOICE",
        f"No. {invoice.number}",
        f"Date {invoice.date}",
        "",
    ]
    rows += [*invoice.addressee, "", *(f"{item.quantity} x {item.text}" for item in invoice.items)]
    rows += ["", f"TOTAL  EUR {english(invoice.total)}"]
    for row, text in enumerate(rows):
        pen.text((110, 120 + 46 * row), text, fill=60, font=ImageFont.load_default(30 if row else 44))
    dust = Random(47)
    for _ in range(900):
        x, y = dust.randrange(1000), dust.randrange(1414)
        pen.point((x, y), fill=dust.randrange(90, 200))
    turned = page.rotate(1.3, fillcolor=238).filter(ImageFilter.GaussianBlur(0.8))
    canvas.drawImage(ImageReader(turned), 0, 0, WIDTH, HEIGHT)


def _letterhead(canvas: Canvas, invoice: Invoice, colour: Color) -> None:
    canvas.setFillColor(colour)
    canvas.roundRect(20 * mm, HEIGHT - 34 * mm, 14 * mm, 14 * mm, 3 * mm, stroke=0, fill=1)
    canvas.setFillColor(HexColor("#111827"))
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(38 * mm, HEIGHT - 26 * mm, invoice.supplier)
    _lines(canvas, (" · ".join(invoice.address),), 38 * mm, HEIGHT - 32 * mm, colour=GREY, size=8)
    canvas.setFont("Helvetica", 22)
    canvas.drawRightString(WIDTH - 20 * mm, HEIGHT - 52 * mm, "INVOICE")


def _statement_head(canvas: Canvas, invoice: Invoice, page: int, pages: int) -> None:
    canvas.setFont("Helvetica-Bold", 14)
    canvas.drawString(20 * mm, HEIGHT - 22 * mm, invoice.supplier)
    _lines(canvas, (", ".join(invoice.address),), 20 * mm, HEIGHT - 28 * mm, colour=GREY, size=8)
    canvas.setFont("Helvetica", 9)
    canvas.drawRightString(WIDTH - 20 * mm, HEIGHT - 22 * mm, f"Seite {page} von {pages}")
    facts = (
        f"Rechnung Nr. {invoice.number}",
        f"Rechnungsdatum: {invoice.date}",
        f"Ihre Bestellung: {invoice.po_number}",
    )
    _lines(canvas, facts, 20 * mm, HEIGHT - 40 * mm)
    _lines(canvas, ("Rechnung an:", *invoice.addressee), 115 * mm, HEIGHT - 40 * mm)


def _lines(
    canvas: Canvas, texts: tuple[str, ...], x: float, y: float, *, colour: Color | None = None, size: int = 9
) -> None:
    canvas.setFillColor(colour or HexColor("#111827"))
    canvas.setFont("Helvetica", size)
    for row, text in enumerate(texts):
        canvas.drawString(x, y - row * size * 0.55 * mm, text)
    canvas.setFillColor(HexColor("#111827"))


def _table(
    canvas: Canvas,
    items: tuple[Item, ...],
    y: float,
    colour: Color,
    *,
    money: Callable[[Decimal], str],
    left: float = 20 * mm,
) -> float:
    right = WIDTH - 20 * mm
    columns = (left, right - 58 * mm, right - 30 * mm, right)
    _row(canvas, ("Description", "Qty", "Unit price", "Amount"), columns, y, font="Helvetica-Bold")
    canvas.setStrokeColor(colour)
    canvas.line(left, y - 2 * mm, right, y - 2 * mm)
    for item in items:
        y -= 7 * mm
        _row(canvas, (item.text, str(item.quantity), money(item.price), money(item.total)), columns, y)
    canvas.line(left, y - 3 * mm, right, y - 3 * mm)
    return y - 3 * mm


def _row(
    canvas: Canvas, cells: tuple[str, ...], columns: tuple[float, ...], y: float, *, font: str = "Helvetica"
) -> None:
    canvas.setFont(font, 9)
    canvas.drawString(columns[0], y, cells[0])
    for cell, x in zip(cells[1:], columns[1:], strict=True):
        canvas.drawRightString(x, y, cell)


def _totals(
    canvas: Canvas, invoice: Invoice, y: float, money: Callable[[Decimal], str], *, left: float = 125 * mm
) -> None:
    rows = (("Subtotal", invoice.net), ("VAT 21%", invoice.vat), ("Total due", invoice.total))
    for label, amount in rows:
        canvas.setFont("Helvetica-Bold" if label == "Total due" else "Helvetica", 10)
        canvas.drawString(left, y, f"{label}:")
        canvas.drawRightString(WIDTH - 20 * mm, y, f"EUR {money(amount)}")
        y -= 6 * mm


def _foot(canvas: Canvas, text: str) -> None:
    canvas.setFillColor(GREY)
    canvas.setFont("Helvetica", 7)
    canvas.drawCentredString(WIDTH / 2, 14 * mm, text)


def _items(*rows: tuple[str, int, str]) -> tuple[Item, ...]:
    return tuple(Item(text, quantity, Decimal(price)) for text, quantity, price in rows)


def _parts() -> tuple[Item, ...]:
    names = (
        "Schraube M6x40",
        "Mutter M6",
        "Dichtung 22 mm",
        "Kabelbinder",
        "Sicherung 10 A",
        "Lager 6203",
        "Klemme 4 mm",
    )
    return tuple(
        Item(f"{names[row % len(names)]} Los {row + 1}", 5 + row % 9, Decimal(175 + 37 * (row % 11)) / 100)
        for row in range(76)
    )


INVOICES: Final = (
    Invoice(
        file="fabrikam-office-FO-2026-1041.pdf",
        about="clean and small: posted without a person",
        supplier="Fabrikam Office Supply",
        address=("Keizersgracht 112", "1015 CW Amsterdam", "VAT NL 8041.22.117.B01"),
        addressee=NORTHWIND,
        number="FO-2026-1041",
        date="2026-11-03",
        iso_date="2026-11-03",
        po_number="PO-77120",
        items=_items(
            ("Copy paper A4, box of 5", 24, "19.90"),
            ("Toner cartridge black", 6, "64.50"),
            ("Desk lamp, LED", 3, "48.00"),
        ),
        draw=classic,
    ),
    Invoice(
        file="contoso-machinery-20877.pdf",
        about="large: reviewed, then approved by a finance manager",
        supplier="Contoso Machinery",
        address=("Unit 4, Foundry Park", "Sheffield S9 2XZ", "VAT GB 441 8812 03"),
        addressee=NORTHWIND,
        number="INV-20877",
        date="12 Nov 2026",
        iso_date="2026-11-12",
        po_number="PO-77064",
        items=_items(
            ("Conveyor drive unit CD-400", 2, "5900.00"),
            ("Control cabinet", 1, "2447.93"),
            ("Commissioning, two days", 2, "500.00"),
        ),
        draw=sidebar,
        colour="#0f766e",
    ),
    Invoice(
        file="tailspin-repairs-october.pdf",
        about="no invoice number and no purchase order: goes to review",
        supplier="Tailspin Repairs",
        address=("Old Mill Lane 7", "Delft 2611"),
        addressee=NORTHWIND,
        number="",
        date="30/10/2026",
        iso_date="2026-10-30",
        po_number="",
        items=_items(("Repair of loading dock gate", 1, "640.00"), ("Replacement spring set", 2, "85.50")),
        draw=plain,
    ),
    Invoice(
        file="scan-0047.pdf",
        about="a scan without text: a person types what it says",
        supplier="Wingtip Cleaning",
        address=("Havenweg 3", "Rotterdam 3089"),
        addressee=NORTHWIND,
        number="WC-118",
        date="06 Nov 2026",
        iso_date="2026-11-06",
        po_number="",
        items=_items(("Office cleaning, October", 1, "420.00"), ("Window cleaning", 1, "130.00")),
        draw=scanned,
    ),
    Invoice(
        file="litware-design-LD-554.pdf",
        about="addressed to another company: rejected, the supplier is told",
        supplier="Litware Design",
        address=("Studio 9, Canal Works", "Utrecht 3511"),
        addressee=("Adventure Works B.V.", "Purchasing", "Spoorlaan 40", "Tilburg 5038"),
        number="LD-554",
        date="2026-11-10",
        iso_date="2026-11-10",
        po_number="AW-2091",
        items=_items(("Brand guidelines, final edition", 1, "1850.00"), ("Poster set", 40, "6.25")),
        draw=classic,
        colour="#9d174d",
    ),
    Invoice(
        file="proseware-rechnung-RE-2026-0815.pdf",
        about="three pages, German words and numbers: clean",
        supplier="Proseware GmbH",
        address=("Industriestraße 18", "70565 Stuttgart", "USt-IdNr. DE 218 442 907"),
        addressee=NORTHWIND,
        number="RE-2026-0815",
        date="05.11.2026",
        iso_date="2026-11-05",
        po_number="PO-77131",
        items=_parts(),
        draw=statement,
    ),
)
