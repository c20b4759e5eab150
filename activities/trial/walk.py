"""A walk through a plan: what happened in order, who is waited for, what needs a mock, and why the rest did not run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities import services
from activities.compiled import Compiled, compiled
from activities.engine.state import Phase
from activities.models import Activity, Step
from activities.steps.bridges import bare_slug
from activities.trial.alone import alone, coming
from activities.trial.clock import Clock
from activities.trial.covered import covered
from activities.trial.frames import frames_of, not_taken_words
from activities.trial.playing import Stage, Walkers, WalkLocal
from activities.trial.run import Performed, Trial
from plans.graph_view import graph_view
from plans.language.findings import read_catalog
from plans.language.schema import CreateTaskConfig
from plans.language.spellings import read, write

Json = Any
DECISIONS: Final = {
    "approved": gettext_lazy("Approve"),
    "rejected": gettext_lazy("Reject"),
    "needs-info": gettext_lazy("Send back"),
}


def walk(request: Mapping[str, Json], *, folder: Path) -> dict[str, Json]:
    """Walk through `document` as the request says: `{document, catalog, inputs, variables, documents, mocks, until,
    only, data, clock}`, all but the document optional; `folder` holds the files that documents have.

    Return what `Trial.run` does, and `{frames, waiting, missing, covered}`; a step that did not run says `why`, one
    that wrote a log has `logs`.
    """
    stage = Stage(until=request.get("until"), only=request.get("only"))
    document, documents = request["document"], request.get("documents") or []
    if stage.only is not None:
        plan = read(document)[0]
        stage.pins = (request.get("data") or {}).get("steps") or {}
        documents = coming(plan.by_slug[stage.only], stage.pins, documents or stage.pinned_documents())
        document = alone(write(plan), stage.only, stage.pins)
    trial = Trial(
        document,
        inputs={} if request.get("inputs") is None else request["inputs"],
        variables=request.get("variables"),
        documents=documents,
        mocks=[*(request.get("mocks") or ()), *shared_mocks(document)],
        folder=folder,
        catalog=request.get("catalog"),
    )
    clock = Clock.read(request.get("clock"))
    performed = trial.perform(
        WalkLocal(stage, clock), partial(Walkers, stage), about=None if stage.only is None else {stage.only}
    )
    return told(performed, stage, clock)


def shared_mocks(document: Json) -> list[Mapping[str, Json]]:
    """Return the mocks that a plan's own test cases share."""
    test = document.get("test") if isinstance(document, Mapping) else None
    mocks = test.get("mocks") if isinstance(test, Mapping) else None
    return [mock for mock in mocks if isinstance(mock, Mapping)] if isinstance(mocks, list) else []


def told(performed: Performed, stage: Stage, clock: Clock) -> dict[str, Json]:
    """Return the report of a walk."""
    report = performed.report()
    nothing: dict[str, Json] = {"frames": [], "waiting": [], "missing": [], "covered": covered(None, ())}
    activity = performed.activity
    if activity is None:
        return report | nothing
    plan = compiled(activity.version_id, activity.pinned_id)
    edges = graph_view(performed.plan, read_catalog(performed.definitions))["edges"]
    unplayed = {entry["step"]: entry["why"] for entry in stage.missing.values() if "within" not in entry}
    _explain(report["steps"], activity, plan, unplayed)
    return report | {
        "steps": _limited(report["steps"], stage),
        "frames": frames_of(activity, shown=stage.shown, unplayed=unplayed),
        "waiting": _waiting(activity, plan, stage, clock),
        "missing": list(stage.missing.values()),
        "covered": _covered(activity, edges, stage),
    }


def _explain(
    steps: dict[str, dict[str, Json]],
    activity: Activity,
    plan: Compiled,
    unplayed: Mapping[str, str],
) -> None:
    """Put under `why` of each step that did not run to its end a sentence that says why; and logs, where there are."""
    logs = Step.objects.filter(activity=activity, logs__isnull=False).values_list("slug", "logs")
    for slug, lines in logs:
        steps[slug]["logs"] = lines
    for slug, shown in steps.items():
        if slug in unplayed:
            shown["why"] = unplayed[slug]
        elif shown["status"] in ("PENDING", "NOT_TAKEN", "SKIPPED", "RUNNING"):
            sentence = services.why_not(activity, slug) or _otherwise(shown)
            condition = sentence.startswith("condition ")
            shown["why"] = not_taken_words(slug, sentence) if condition else sentence


def _otherwise(shown: Mapping[str, Json]) -> str:
    """Say why a step did not run to its end where nothing before it was the reason."""
    if shown["error"]:
        return _("It failed and was passed over: %(why)s") % {"why": shown["error"].get("message", "")}
    if shown.get("documents"):
        return _("None of its documents came to be worked on.")
    return _("It found that it need not run.") if shown["status"] == "SKIPPED" else ""


def _limited(steps: Mapping[str, dict[str, Json]], stage: Stage) -> dict[str, dict[str, Json]]:
    """Leave out the steps that the walk is not about: they stand as if it had not come to them."""
    if stage.shown is None:
        return dict(steps)
    if stage.only is not None:
        return {slug: shown for slug, shown in steps.items() if slug in stage.shown}
    beyond = {"status": "PENDING", "action": None, "result": None, "error": None}
    why = _("The walk stops after %(step)s.") % {"step": stage.until}
    return {slug: shown if slug in stage.shown else {**beyond, "why": why} for slug, shown in steps.items()}


def _covered(activity: Activity, edges: list[dict[str, Json]], stage: Stage) -> dict[str, list[str]]:
    if stage.only is not None:
        return {"steps": covered(activity, ())["steps"] and [stage.only], "edges": []}
    if stage.shown is None:
        return covered(activity, edges)
    known = covered(activity, [edge for edge in edges if edge["to"] in stage.shown])
    return {**known, "steps": [slug for slug in known["steps"] if slug in stage.shown]}


def _waiting(activity: Activity, plan: Compiled, stage: Stage, clock: Clock) -> list[dict[str, Json]]:
    """Return the steps that wait for people, with the actions that these may choose, and until when.

    `overdue` are approvals whose due date has passed, and that wait on: for others, or for the same people.
    """
    waiting = Step.objects.filter(
        activity=activity, phase=Phase.WAITING, waiting_on__in=["TASK", "APPROVAL"]
    ).order_by("position")
    dues: dict[int, str] = {}
    for due in clock.dues([activity]):
        dues[due.position] = min(dues.get(due.position, due.at.isoformat()), due.at.isoformat())
    overdue = {due.position for due in clock.happened if due.activity_id == activity.pk}
    return [
        {
            "step": row.slug,
            "kind": row.kind,
            "actions": _actions(plan, row.position),
            "due": dues.get(row.position),
            "overdue": row.position in overdue,
        }
        for row in waiting
        if stage.shown is None or row.slug in stage.shown
    ]


def _actions(plan: Compiled, position: int) -> list[dict[str, Json]]:
    """Return `{slug, label, offered}`; a decision that no dependency takes is none that people are offered."""
    node, config = plan.graph.nodes[position], plan.steps[position].config
    if node.kind == "APPROVAL":
        taken = plan.taken_actions(node.slug)
        return [
            {"slug": slug, "label": str(label), "offered": slug != "needs-info" or slug in taken}
            for slug, label in DECISIONS.items()
        ]
    labels = _labels(plan, config) if isinstance(config, CreateTaskConfig) else {}
    return [{"slug": slug, "label": labels.get(slug, slug), "offered": True} for slug in node.actions]


def _labels(plan: Compiled, config: CreateTaskConfig) -> dict[str, str]:
    """Return the labels of a task's actions and of the statuses that end it."""
    template = (plan.definitions.get("taskTemplates") or {}).get(bare_slug(config.task_template_ref)) or {}
    metadata = template.get("metadata")
    actions = (
        template.get("actions", metadata.get("actions") if isinstance(metadata, Mapping) else None) or ()
    )
    statuses = plan.definitions.get("taskStatuses") or {}
    named = {slug: status.get("name") for slug, status in statuses.items() if isinstance(status, Mapping)}
    named |= {
        action["slug"]: action.get("label") or action.get("name")
        for action in actions
        if isinstance(action, Mapping) and isinstance(action.get("slug"), str)
    }
    return {slug: str(label) for slug, label in named.items() if label}
