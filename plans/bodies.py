"""What the bodies of the plan editor's requests hold: documents, texts, notations, versions; each read once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from plans.errors import Invalid
from plans.models import Plan, PlanVersion
from plans.notation import JSON, YAML_
from plans.services.plans import version_of

NOTATIONS: Final = (YAML_, JSON)
LARGEST: Final = 2**31 - 1  # of what databases here count by


def document_in(body: Mapping[str, Any], key: str = "document") -> dict[str, Any]:
    """Return the document of a request; raise Invalid where there is none."""
    found = body.get(key)
    if not isinstance(found, dict):
        raise Invalid(
            _('send {"%(key)s": …} with a plan document in it: an object with slug, name and steps')
            % {"key": key},
            code="no-plan",
        )
    return found


def text_in(body: Mapping[str, Any], key: str) -> str:
    """Return a text of a request, "" where there is none; raise Invalid for what is no text."""
    found = body.get(key)
    if found is not None and not isinstance(found, str):
        raise Invalid(_('"%(key)s" must be a text') % {"key": key}, code="invalid-body")
    return found or ""


def notation_in(body: Mapping[str, Any]) -> str:
    """Return `yaml` or `json`; YAML, which can hold both, where nothing is said."""
    found = body.get("notation", YAML_)
    if found not in NOTATIONS:
        raise Invalid(
            _("notation is one of %(known)s") % {"known": ", ".join(NOTATIONS)}, code="invalid-body"
        )
    return str(found)


def number_in(body: Mapping[str, Any], key: str) -> int | None:
    """Return a whole number of a request; None where there is none."""
    found = body.get(key)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= LARGEST:
        raise Invalid(
            _('%(key)s "%(sent)s" is no whole number') % {"key": key, "sent": str(found)[:40]},
            code="invalid-body",
        )
    return found


def numbers_in(body: Mapping[str, Any], key: str) -> frozenset[int]:
    """Return a list of whole numbers of a request; empty where there is none."""
    found = body.get(key, [])
    if not isinstance(found, list) or not all(type(entry) is int for entry in found):
        raise Invalid(_('"%(key)s" must be a list of whole numbers') % {"key": key}, code="invalid-body")
    return frozenset(found)


def version_in(body: Mapping[str, Any], plan: Plan) -> PlanVersion | None:
    """Return the version that the author began from; None where none is named; raise NotFound."""
    number = number_in(body, "beganFromVersionNumber")
    return None if number is None else version_of(plan, number)
