"""Every accepted spelling of a plan, read into the normal form and written from it."""

from __future__ import annotations

from plans.language.spellings.reading import read
from plans.language.spellings.steps import module_ref
from plans.language.spellings.writing import write

__all__ = ["module_ref", "read", "write"]
