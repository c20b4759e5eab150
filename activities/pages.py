"""How many pages PDFs have: counted where a plan limits them, once, in a process that can be killed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from activities import sandbox
from activities.models import DocumentFamily
from activities.modules import DocumentHandle, ModuleCall
from plans.language.schema import DocumentFamilyGroup, Plan

PDF: Final = "application/pdf"
UNREADABLE: Final = 0  # of a PDF whose pages nobody can count: it is damaged, or protected by a password
SECONDS_EACH: Final = 20.0
SECONDS: Final = 60.0


def most_pages(groups: Sequence[DocumentFamilyGroup]) -> int | None:
    """Return how many pages a document may have, None for any number.

    Documents come to a start as one list, so with several groups each may have what the most generous one allows.
    """
    limits = [limit_of(group) for group in groups]
    return max((limit for limit in limits if limit is not None), default=None) if None not in limits else None


def limit_of(group: DocumentFamilyGroup) -> int | None:
    """Return the limit that refuses a document: `hardMaxPages` if it is a number; `maxPages`, unless that is false."""
    hard = group.hard_max_pages
    if isinstance(hard, bool) or hard is None:
        return None if hard is False else group.max_pages
    return hard


def count_pages(plan: Plan, documents: Sequence[DocumentFamily]) -> None:
    """Count the pages of those PDFs that were not counted yet, where the plan limits them.

    Call it with nothing locked: it may take a minute, and what is left then goes on at the next start.
    """
    if most_pages(plan.document_family_groups) is None:
        return
    until = time.monotonic() + SECONDS
    for document in documents:
        left = until - time.monotonic()
        if document.pages is None and document.mime == PDF and document.size and left > 0:
            document.pages = _counted(document, seconds=min(left, SECONDS_EACH))
            document.save(update_fields=["pages"])


def _counted(document: DocumentFamily, *, seconds: float) -> int | None:
    handle = DocumentHandle(
        str(document.pk), document.name, document.path_on_disk(), document.mime, document.size
    )
    call = ModuleCall(options={"maxPages": 1, "allowEmpty": True}, documents=[handle])
    limits = replace(sandbox.MODULE_LIMITS, seconds=seconds)
    ended = sandbox.run_module("builtin/pdf-text", call, limits=limits)
    if ended.error is None and isinstance(ended.value, dict):
        return int(ended.value["pageCount"])
    code = (ended.error or {}).get("code")
    return None if code in ("timeout", "module-crashed", "cancelled") else UNREADABLE
