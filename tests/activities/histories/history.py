"""Histories: real runs as JSON, replayed by every later version of the rules.

`python -m tests.activities.histories.history ACTIVITY FILE` writes one from the database of the settings. A bug in the
rules leaves the history that showed it here.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from activities.engine import events as facts
from activities.engine.decide import decide
from activities.engine.readiness import action_of
from activities.engine.state import PUBLIC_STATUS, ActivityState, fresh
from plans.language.graph import Graph, compile_graph
from plans.language.spellings import read

FOLDER = Path(__file__).parent


def history_of(activity: Any) -> dict[str, Any]:
    """Return the plan, the actions of its steps, the log and how it ended; of results the log has digests only."""
    from activities.compiled import compiled

    plan = compiled(activity.version_id, activity.pinned_id)
    return {
        "plan": activity.version.content.document,
        "actions": {node.slug: list(node.actions) for node in plan.graph.nodes},
        "events": [
            {"type": row.type, "at": row.at.isoformat(), "step": row.step, "data": row.data}
            for row in activity.events.order_by("seq")
        ],
        "ended": ended(plan.graph, replay_rows(plan.graph, activity.events.order_by("seq"))),
    }


def replay_rows(graph: Graph, rows: Any) -> ActivityState:
    """Fold rows of the log from the beginning."""
    return fold(graph, [facts.from_record(r.type, at=r.at, step=r.step, data=r.data) for r in rows])


def replay(history: dict[str, Any]) -> tuple[Graph, ActivityState]:
    """Fold a history from the beginning; every event in it must count, for it did once."""
    plan, _findings = read(history["plan"])
    graph = compile_graph(plan, {slug: tuple(actions) for slug, actions in history["actions"].items()})
    events = [
        facts.from_record(
            event["type"], at=datetime.fromisoformat(event["at"]), step=event["step"], data=event["data"]
        )
        for event in history["events"]
    ]
    return graph, fold(graph, events)


def fold(graph: Graph, events: list[facts.Event]) -> ActivityState:
    """Let the events happen to an activity that has not begun."""
    state = fresh(len(graph.nodes))
    for number, event in enumerate(events, 1):
        decision = decide(graph, state, event)
        assert decision.counted, f"event {number} of the log no longer counts: {event}"
        state = decision.state
    return state


def ended(graph: Graph, state: ActivityState) -> dict[str, Any]:
    """Return how an activity stands, in the words of the language."""
    steps: dict[str, dict[str, Any]] = {}
    for node in graph.nodes:
        extra, status = state.extra(node.position), PUBLIC_STATUS[state.phase(node.position)]
        steps[node.slug] = {"status": status, "attempt": extra.attempt, "run": extra.run}
        if (action := action_of(graph, state, node.position)) is not None:
            steps[node.slug]["action"] = action
    return {"status": str(state.status), "steps": steps}


def write(activity: Any, path: Path) -> None:
    """Write the history of a run, readable and with one event a line."""
    history = history_of(activity)
    lines = ",\n    ".join(json.dumps(event, ensure_ascii=False) for event in history["events"])
    kept = {key: value for key, value in history.items() if key != "events"}
    text = json.dumps(kept, indent=2, ensure_ascii=False)
    path.write_text(
        text[: text.rindex("\n}")] + f',\n  "events": [\n    {lines}\n  ]\n}}\n', encoding="utf-8"
    )


def main() -> None:
    """Write the history of the activity that the command line names."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from activities.models import Activity

    activity, file = sys.argv[1:]
    write(Activity.objects.get(pk=activity), Path(file))


if __name__ == "__main__":
    main()
