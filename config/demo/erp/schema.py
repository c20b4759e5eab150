"""What the ERP accepts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic.alias_generators import to_camel

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Money = Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2)]


class Incoming(BaseModel):
    """A body; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class IncomingLine(Incoming):
    """One invoice of a bill, or a correction, which may be below zero."""

    document: str = ""
    number: str | None = None
    total: Annotated[Decimal, Field(max_digits=14, decimal_places=2)] | None = None

    def as_json(self) -> dict[str, str | float | None]:
        """Return `{document, number, total}`, the total as a number."""
        total = None if self.total is None else float(self.total)
        return {"document": self.document, "number": self.number, "total": total}


class IncomingBill(Incoming):
    """A bill to post; where every line has a total, they add up to the bill's."""

    supplier: Text
    number: Text
    date: date
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    total: Money
    po_number: Annotated[str, StringConstraints(max_length=200)] | None = None
    note: Annotated[str, StringConstraints(max_length=2000)] | None = None
    lines: Annotated[list[IncomingLine], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        totals = [line.total for line in self.lines]
        known = [total for total in totals if total is not None]
        if len(known) == len(totals) and sum(known) != self.total:
            raise ValueError(f"total is {self.total}, but the lines add up to {sum(known)}")
        return self


class IncomingNotice(Incoming):
    """A message to a supplier."""

    supplier: Text
    number: Annotated[str, StringConstraints(max_length=200)] | None = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


def describe(error: ValidationError) -> str:
    """Say in one sentence what is wrong with a body."""
    parts = []
    for entry in error.errors(include_url=False, include_input=False):
        where = ".".join(str(part) for part in entry["loc"])
        told = entry["msg"].removeprefix("Value error, ")
        parts.append(f"{where}: {told}" if where else told)
    return "; ".join(parts)
