"""Saving from the editor, and putting two authors' changes together where somebody was faster."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from plans.access import require_in
from plans.errors import NotFound
from plans.language.diff import describe
from plans.language.merge import merge
from plans.language.spellings import read, write
from plans.models import Person, Plan, PlanVersion
from plans.services import draft_of
from plans.services.plans import version_of
from plans.source_patch import patched


def merge_with_head(
    plan: Plan, document: object, *, by: Person, began_from: PlanVersion | None, take: Collection[int] = ()
) -> dict[str, Any]:
    """Merge what a person typed with the newest version: `{document, conflicts, theirs, mine}`; save nothing.

    `began_from` is the version that it began from, else that of the person's draft. `take` holds the numbers of the
    conflicts that go by theirs.
    """
    require_in(by, "author", plan.organization)
    base, head = began_from or _began_from(plan, by), version_of(plan, None)
    before, ours, others = (read(each)[0] for each in (base.document(), document, head.document()))
    merged = merge(write(before), write(ours), write(others), take=take)
    author = PlanVersion.objects.select_related("author").get(pk=head.pk).author
    return {
        "document": merged.document,
        "conflicts": [conflict.as_dict() for conflict in merged.conflicts],
        "theirs": {
            "versionNumber": head.number,
            "changeSequence": plan.change_sequence,
            "author": author.name if author else "",
            "changes": describe(before, others),
        },
        "mine": describe(before, ours),
    }


def source_of(document: dict[str, Any], source: str, notation: str) -> str:
    """Return the text to keep beside the document: the author's own, with what it does not say yet put into it."""
    return patched(source, document, notation).text if source.strip() else ""


def _began_from(plan: Plan, person: Person) -> PlanVersion:
    draft = draft_of(plan, person)
    if draft is None or draft.began_from is None:
        raise NotFound(_("which version did it begin from? send beganFromVersionNumber"))
    return draft.began_from
