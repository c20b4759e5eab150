"""The verbs of design time. All raise `plans.errors.Refused`; `by` is a Person, or None for the program itself."""

from __future__ import annotations

from plans.catalog import catalog_of
from plans.services.bindings import BINDABLE, bind, unbind
from plans.services.drafts import discard_draft, draft_of, keep_draft
from plans.services.pinning import pin
from plans.services.plans import Saved, delete, publish, restore, save_plan, validate
from plans.services.resources import delete_resource, save_resource
from plans.services.rewriting import Rewrite, preview_rewrite, rewrite_uuids

__all__ = [
    "BINDABLE",
    "Rewrite",
    "Saved",
    "bind",
    "catalog_of",
    "delete",
    "delete_resource",
    "discard_draft",
    "draft_of",
    "keep_draft",
    "pin",
    "preview_rewrite",
    "publish",
    "restore",
    "rewrite_uuids",
    "save_plan",
    "save_resource",
    "unbind",
    "validate",
]
