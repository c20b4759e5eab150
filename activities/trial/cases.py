"""The cases of a plan's `test` section (plan language 7), run one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from activities.trial.clock import Clock
from activities.trial.compare import differences
from activities.trial.covered import covered
from activities.trial.mocks import Played
from activities.trial.run import Local, Performed, Trial
from activities.trial.walk import shared_mocks
from plans.graph_view import graph_view
from plans.language.findings import read_catalog
from plans.language.spellings import read
from plans.language.stepflow import is_flow

Json = Any
NO_CASES: Final = "the plan has no test cases; add some under test.cases"


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of one case; `why` it does not hold, "" if it does; `actual` is None where nothing came out."""

    name: str
    why: str
    actual: Mapping[str, Json] | None = None
    case: Mapping[str, Json] | None = None
    covered: Mapping[str, list[str]] | None = None

    def shown(self) -> dict[str, Json]:
        """Return it as the editor gets it: of what came out, how it ended and how each step stands."""
        actual = self.actual
        stands = {
            slug: {"status": step["status"], "action": step["action"]}
            for slug, step in (actual["steps"] if actual else {}).items()
        }
        kept = ("status", "outcome", "output", "error", "findings", "unrouted")
        return {
            "name": self.name,
            "passed": not self.why,
            "why": self.why,
            "actual": {**{key: actual[key] for key in kept}, "steps": stands} if actual else None,
            "covered": self.covered or covered(None, ()),
        }


def case_list(document: Json) -> list[Json]:
    """Return the cases of a document in any spelling; none where it has none."""
    test = document.get("test") if isinstance(document, Mapping) else None
    cases = test.get("cases") if isinstance(test, Mapping) else None
    return cases if isinstance(cases, list) else []


def case_name(case: Json, number: int) -> str:
    """Return what a case is called; the first has number 1."""
    return str(case.get("name", f"case {number}")) if isinstance(case, Mapping) else f"case {number}"


def run_cases(
    document: Mapping[str, Json], *, folder: Path, catalog: Mapping[str, Json] | None = None, first: int = 0
) -> Iterator[Ran]:
    """Run each case from the given one on; a case that breaks does not hide the others."""
    document = _named_by_slugs(document)
    for number, case in enumerate(case_list(document)[first:], first + 1):
        name = case_name(case, number)
        if not isinstance(case, Mapping):
            yield Ran(name, "a case is an object with a name and what it expects")
            continue
        try:
            yield _run(document, case, name, folder=folder, catalog=catalog)
        except Exception as error:  # noqa: BLE001  one case that breaks must not hide the others
            yield Ran(name, f"the run broke: {type(error).__name__}: {error}", case=case)


def _named_by_slugs(document: Mapping[str, Json]) -> Mapping[str, Json]:
    """Have the tests of a flow name its steps as they are named once it is read: ids may be no slugs."""
    if not is_flow(document) or not isinstance(document.get("test"), Mapping):
        return document
    return {**document, "test": read(dict(document))[0].test}


def _run(
    document: Mapping[str, Json],
    case: Mapping[str, Json],
    name: str,
    *,
    folder: Path,
    catalog: Mapping[str, Json] | None,
) -> Ran:
    trial = Trial(
        document,
        inputs={} if case.get("input") is None else case["input"],
        variables=case.get("variables"),
        documents=case.get("documents") or [],
        mocks=[*(case.get("mocks") or []), *shared_mocks(document)],
        folder=folder,
        catalog=catalog,
    )
    clock = Clock.read(case["clock"]) if "clock" in case else None
    performed = trial.perform(Local(clock), Played)
    actual = performed.report()
    return Ran(name, "; ".join(differences(case, actual)), actual, case, _covered(performed))


def _covered(performed: Performed) -> dict[str, list[str]]:
    if performed.activity is None:
        return covered(None, ())
    edges = graph_view(performed.plan, read_catalog(performed.definitions))["edges"]
    return covered(performed.activity, edges)
