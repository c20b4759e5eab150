"""What the database says of an activity, read from outside the project's processes."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from activities.engine.decide import decide
from activities.engine.events import from_record
from activities.engine.state import ActivityState, fresh, unpack
from tests.support.waiting import wait_until

ENDED = frozenset({"COMPLETED", "FAILED", "CANCELLED"})


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """A row of an activity's log."""

    seq: int
    at: datetime
    type: str
    step: str
    data: dict[str, Any]
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Postgres:
    """A PostgreSQL database, by its address."""

    url: str

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return what the query finds; parameters are written %s."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query, parameters).fetchall()  # type: ignore[call-overload, no-any-return]

    def key(self, activity: str) -> object:
        """Return the id of an activity as the database knows it."""
        return UUID(activity)


@dataclass(frozen=True, slots=True)
class Sqlite:
    """A SQLite file, opened to be read only."""

    path: Path

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return what the query finds; parameters are written %s."""
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(query.replace("%s", "?"), parameters).fetchall()

    def key(self, activity: str) -> object:
        """Return the id of an activity as the database knows it."""
        return UUID(activity).hex


class Records:
    """Questions about activities, each a fresh look."""

    def __init__(self, database: Postgres | Sqlite) -> None:
        self._database = database

    def status(self, activity: str) -> str:
        """Return the activity's status."""
        return str(self._one("SELECT status FROM activities_activity WHERE id = %s", activity))

    def events(self, activity: str) -> list[LoggedEvent]:
        """Return the log, in order."""
        rows = self._database.rows(
            "SELECT seq, at, type, step, data, changes FROM activities_event WHERE activity_id = %s ORDER BY seq",
            [self._database.key(activity)],
        )
        return [
            LoggedEvent(seq, _instant(at), kind, step, _json(data), _json(changes))
            for seq, at, kind, step, data, changes in rows
        ]

    def started(self, activity: str, step: str, *, attempt: int = 1) -> LoggedEvent | None:
        """Return the event by which a worker claimed the step."""
        return next(
            (
                event
                for event in self.events(activity)
                if event.type == "StepStarted" and event.step == step and event.data["attempt"] == attempt
            ),
            None,
        )

    def worker(self, activity: str, step: str) -> int | None:
        """Return the process id of the worker that holds the step; None while nobody does."""
        name = self._database.rows(
            "SELECT worker FROM activities_step WHERE activity_id = %s AND slug = %s AND lease_until IS NOT NULL",
            [self._database.key(activity), step],
        )
        return int(name[0][0].rsplit(":", 1)[1]) if name and name[0][0] else None

    def lease(self, activity: str, step: str) -> datetime | None:
        """Return until when the step is some worker's."""
        query = "SELECT lease_until FROM activities_step WHERE activity_id = %s AND slug = %s"
        (until,) = self._database.rows(query, [self._database.key(activity), step])[0]
        return None if until is None else _instant(until)

    def documents_done(self, activity: str, step: str) -> int:
        """Return how many documents of a fan-out have come to an end."""
        query = "SELECT documents_completed FROM activities_step WHERE activity_id = %s AND slug = %s"
        return int(self._database.rows(query, [self._database.key(activity), step])[0][0])

    def documents_not_done(self, activity: str) -> list[tuple[Any, ...]]:
        """Return step, document, status, attempt, losses and error of every document that did not complete."""
        query = (
            "SELECT s.slug, d.document_id, d.status, d.attempt, d.losses, d.error FROM activities_stepdocument d"
            " JOIN activities_step s ON s.id = d.step_id WHERE s.activity_id = %s AND d.status <> 'COMPLETED'"
        )
        return self._database.rows(query, [self._database.key(activity)])

    def bills(self, activity: str) -> list[str]:
        """Return the numbers of the bills in the ERP that this activity posted."""
        query = "SELECT number FROM demo_bill WHERE idempotency_key LIKE %s ORDER BY number"
        return [number for (number,) in self._database.rows(query, [f"{activity}/%"])]

    def wait_for_end(self, activity: str, *, seconds: float) -> str:
        """Wait until the activity has ended, and return how."""
        return wait_until(
            lambda: self.status(activity) in ENDED and self.status(activity),
            what=f"the end of {activity}; it stands at {self.standing(activity)}",
            seconds=seconds,
        )

    def standing(self, activity: str) -> dict[str, str]:
        """Return the status of every step."""
        query = "SELECT slug, status FROM activities_step WHERE activity_id = %s ORDER BY position"
        return dict(self._database.rows(query, [self._database.key(activity)]))

    def assert_done_once(self, activity: str) -> None:
        """Assert that it completed, each step once, and that folding the log gives the state."""
        assert self.status(activity) == "COMPLETED", self.standing(activity)
        assert self.documents_not_done(activity) == []
        events = self.events(activity)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        claims = Counter(
            (event.step, event.data["attempt"]) for event in events if event.type == "StepCompleted"
        )
        assert set(claims.values()) <= {1}
        assert Counter(_completions(events)) == Counter(self.standing(activity).keys())
        assert self.folded(activity) == self.state(activity)

    def state(self, activity: str) -> ActivityState:
        """Return the state that the activity's row holds."""
        return unpack(bytes(self._one("SELECT state FROM activities_activity WHERE id = %s", activity)))

    def folded(self, activity: str) -> ActivityState:
        """Return the state that the log amounts to."""
        from activities.compiled import compile_plan  # imports models, which must wait for Django
        from plans.language.spellings import read

        document = _json(
            self._one(
                "SELECT document FROM plans_plancontent WHERE id = (SELECT content_id FROM plans_planversion"
                " WHERE id = (SELECT version_id FROM activities_activity WHERE id = %s))",
                activity,
            )
        )
        pinned = _json(
            self._one(
                "SELECT document FROM plans_pinneddefinitions WHERE id ="
                " (SELECT pinned_id FROM activities_activity WHERE id = %s)",
                activity,
            )
        )
        graph = compile_plan(read(document)[0], pinned).graph
        state = fresh(len(graph.nodes))
        for event in self.events(activity):
            decision = decide(
                graph, state, from_record(event.type, at=event.at, step=event.step, data=event.data)
            )
            assert decision.counted, f"{event.seq} {event.type} {event.step} was stale when folded"
            state = decision.state
        return state

    def _one(self, query: str, activity: str) -> Any:
        return self._database.rows(query, [self._database.key(activity)])[0][0]


def _completions(events: Sequence[LoggedEvent]) -> Iterator[str]:
    for event in events:
        for view in event.changes.get("steps", ()):
            if view.get("status") == "COMPLETED":
                yield view["slug"]


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _instant(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(f"{value}+00:00")
