"""Trying a document of an organization: what the editor asks for, and what publishing demands."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Annotated, Any, Final

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, ValidationError

from activities.errors import TrialBroke, TrialTooLong
from activities.trial.cases import case_list, case_name
from activities.trial.clock import Clock
from activities.trial.covered import covered, together
from activities.trial.organization import catalog_for
from activities.trial.warm import TRY_SECONDS, ask
from plans.errors import Invalid
from plans.language.schema import Plan as Document
from plans.language.spellings import read
from plans.models import Organization

Json = Any
CASES_SECONDS: Final = 60.0
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^/\\\x00]+$")]


class Mock(BaseModel):
    """A mock as a `test` section has it; of the author's decisions too (plan language 7)."""

    model_config = ConfigDict(extra="allow")

    returns: dict[str, JsonValue] | Annotated[list[dict[str, JsonValue]], Field(min_length=1)]


class Pins(BaseModel):
    """What steps gave in an earlier run, to be taken as given: as `activities.run_data` tells it."""

    model_config = ConfigDict(extra="allow")

    steps: dict[str, dict[str, Any]] = Field(default_factory=dict)


class Wanted(BaseModel):
    """What the editor wants tried. `until` ends the walk after a step, `only` runs one on `data`."""

    model_config = ConfigDict(extra="forbid")

    document: dict[str, Any]
    inputs: JsonValue = Field(default_factory=dict)
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    documents: list[Name] = Field(default_factory=list, max_length=200)
    mocks: list[Mock] = Field(default_factory=list, max_length=1000)
    until: str | None = None
    only: str | None = None
    data: Pins = Field(default_factory=Pins)
    clock: dict[str, JsonValue] | None = None

    @classmethod
    def of(cls, body: Mapping[str, Json]) -> Wanted:
        """Read a request; raise Invalid with the place of what is wrong."""
        try:
            wanted = cls.model_validate(body)
        except ValidationError as error:
            first = error.errors()[0]
            place = "/" + "/".join(str(part) for part in first["loc"])
            raise Invalid(f"{place}: {first['msg']}", code="invalid-body") from error
        Clock.read(wanted.clock)
        return wanted

    def require_steps(self, plan: Document) -> None:
        """Raise Invalid for a step that the plan does not have, and where both ends are named."""
        if self.until is not None and self.only is not None:
            raise Invalid(_("either until or only: up to a step, or that step alone"), code="invalid-body")
        for slug in (self.until, self.only):
            if slug is not None and slug not in plan.by_slug:
                raise Invalid(_('the plan has no step "%(step)s"') % {"step": slug}, code="step-unknown")


def try_plan(organization: Organization, wanted: Wanted) -> dict[str, Json]:
    """Walk through the document with what the organization has; raise TrialsBusy, TrialTooLong, TrialBroke, Invalid."""
    plan, _findings = read(wanted.document)
    wanted.require_steps(plan)
    data = {"steps": wanted.data.steps}
    whole = {"document": wanted.document, "data": data, "catalog": catalog_for(organization, plan)}
    (found,) = ask("try", wanted.model_dump(mode="json", exclude={"document", "data"}) | whole)
    return dict(found)


def try_cases(organization: Organization, document: Mapping[str, Json]) -> dict[str, Json]:
    """Run the document's own test cases: `{cases: [{name, passed, why, actual, covered}], covered}`.

    A case that takes too long, or breaks its process, fails and the others go on; together they have a minute.
    """
    request = {"document": document, "catalog": catalog_for(organization, read(document)[0])}
    cases, until = case_list(document), time.monotonic() + CASES_SECONDS
    ran: list[dict[str, Json]] = []
    while len(ran) < len(cases):
        left = until - time.monotonic()
        if left <= 0:
            ran.append(_not_run(cases, ran, _("not run: the cases before it took all the time there is")))
            continue
        try:
            # What came before one that is cut off stays in the list.
            ran.extend(ask("cases", request | {"first": len(ran)}, seconds=min(TRY_SECONDS, left)))
        except (TrialTooLong, TrialBroke) as error:
            ran.append(_not_run(cases, ran, error.message))
    return {"cases": ran, "covered": together(case["covered"] for case in ran)}


def failing_cases(organization: Organization, document: Mapping[str, Json]) -> list[str]:
    """Return the cases that do not hold, each with the reason; of a plan without cases, that it has none."""
    if not case_list(document):
        return [_("the plan has no test cases")]
    cases = try_cases(organization, document)["cases"]
    return [f"{case['name']}: {case['why']}" for case in cases if not case["passed"]]


def _not_run(cases: list[Json], ran: list[dict[str, Json]], why: str) -> dict[str, Json]:
    name = case_name(cases[len(ran)], len(ran) + 1)
    return {"name": name, "passed": False, "why": why, "actual": None, "covered": covered(None, ())}
