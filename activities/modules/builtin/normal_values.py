"""Numbers and dates as people write them, into JSON."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

DecimalMark = Literal["auto", ",", "."]

_MONTHS: Final = (
    ("jan", "janvier", "januar"),
    ("feb", "fev", "fév", "february", "februar"),
    ("mar", "mär", "mrz", "märz", "march", "mars"),
    ("apr", "avr", "april"),
    ("may", "mai"),
    ("jun", "juin", "june", "juni"),
    ("jul", "juil", "july", "juli"),
    ("aug", "août", "aou", "august"),
    ("sep", "sept", "september"),
    ("oct", "okt", "october", "oktober"),
    ("nov", "november"),
    ("dec", "dez", "déc", "december", "dezember"),
)
_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NUMERIC: Final = re.compile(r"(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+(\d{4}|\d{2})(?!\d)")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[.\s-]+([^\W\d_]{3,})\.?,?[\s-]+(\d{4})")
_MONTH_FIRST: Final = re.compile(r"([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_MINUS: Final = re.compile(r"(?:^|\s)[-\u2212]\s*(?:[A-Z]{3}|[€$£])?$")
_GROUPED: Final = re.compile(r"[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*")


def number_of(text: str, *, decimal: DecimalMark = "auto") -> int | float | None:
    """Read `1.234,56`, `1,234.56`, `1 234,56`, `1'234.56`, `(12.50)`, `EUR 12,-`; None when it is no number.

    Where one mark alone is followed by exactly three digits (`1.234`), it groups, unless `decimal` says otherwise.
    """
    found = re.search(r"\d[\d.,'\u2019\s]*", text)
    if found is None:
        return None
    digits = re.sub(r"['\u2019\s]", "", found[0]).rstrip(".,")
    before, after = text[: found.start()].strip(), text[found.end() :].strip()
    if found[0].rstrip()[-1] in ",.":
        # "12,-" is twelve and no cents, not minus twelve.
        after = after.lstrip("-\u2212\u2013")
    negative = before.endswith("(") or after in ("-", "\u2212") or _MINUS.search(before) is not None
    mark = _decimal_mark(digits, decimal)
    plain = "".join("." if sign == mark else "" if sign in ".," else sign for sign in digits)
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    value = -value if negative else value
    return int(value) if "." not in plain else float(value)


def date_of(text: str, *, day_first: bool = True) -> str | None:
    """Read a date in common spellings into ISO (2026-12-31); None when it is none."""
    if match := _ISO.search(text):
        return _iso(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_FIRST.search(text):
        return _iso(int(match[3]), _month(match[2]), int(match[1]))
    if match := _MONTH_FIRST.search(text):
        return _iso(int(match[3]), _month(match[1]), int(match[2]))
    if match := _NUMERIC.search(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        year += 0 if year > 99 else 2000 if year < 70 else 1900
        # 12/31/2026 cannot be read day first, whatever the option says.
        day, month = (first, second) if (day_first and second <= 12) or first > 12 else (second, first)
        return _iso(year, month, day)
    return None


def _decimal_mark(digits: str, decimal: DecimalMark) -> str | None:
    if decimal != "auto":
        return decimal if digits.count(decimal) == 1 else None
    last = max(digits.rfind(","), digits.rfind("."))
    if last < 0 or _GROUPED.fullmatch(digits):
        return None
    return digits[last] if digits.count(digits[last]) == 1 else None


def _month(name: str) -> int:
    name = name.lower()
    for number, names in enumerate(_MONTHS, start=1):
        if name in names or name[:3] == names[0]:
            return number
    return 0


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
