"""What would put a finding right, where that is mechanical: edits of the document, that a person makes or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from plans.language.finding import Finding
from plans.language.findings import Catalog
from plans.language.fixes import edges, identities, inputs, people, references, steps, texts
from plans.language.fixes.fixing import Edit, Fix, Fixer, Fixing
from plans.language.schema import Plan

__all__ = ["Edit", "Fix", "fixes_of"]

_FIXERS: Final[dict[str, Fixer]] = {
    **identities.FIXERS,
    **steps.FIXERS,
    **edges.FIXERS,
    **references.FIXERS,
    **people.FIXERS,
    **texts.FIXERS,
    **inputs.FIXERS,
}
# Somebody has to think: nothing here can be told from the plan alone.
NOT_MECHANICAL: Final = frozenset(
    {"no-steps", "condition-documents-aggregate", "too-large", "stepflow-id-renamed"}
)


def fixes_of(
    plan: Plan, document: dict[str, Any], findings: Sequence[Finding], catalog: Catalog
) -> list[tuple[Fix, ...]]:
    """Give the fixes of each finding, best first; paths lead into `document`, the normal form of the plan.

    The findings must be those of this document. A fix removes its finding; it may leave others.
    """
    fixing = Fixing(plan, document, catalog)
    seen: Counter[tuple[str, str | None, str | None]] = Counter()
    found: list[tuple[Fix, ...]] = []
    for finding in findings:
        key = (finding.code, finding.step, finding.field)
        fixer = None if _is_of_a_twin(fixing, finding) else _FIXERS.get(finding.code)
        found.append(tuple(fixer(fixing, finding, seen[key])) if fixer is not None else ())
        seen[key] += 1
    return found


def _is_of_a_twin(fixing: Fixing, finding: Finding) -> bool:
    """Of two steps with one slug nobody can say which is meant, before one of them has another."""
    twins = len(fixing.positions.get(finding.step or "", ())) > 1
    return twins and finding.code != "duplicate-step-slug"
