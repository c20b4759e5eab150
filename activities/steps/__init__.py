"""Handlers of step kinds: the one door for every kind of work.

A handler touches the world; it never writes run rows. It is given a `StepCall` and answers with an `Outcome`.
Kinds and handlers are tied in settings (`STEP_HANDLERS`), resolved once by `handler_for`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Literal, Protocol, runtime_checkable
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from plans.language.schema import Step as PlanStep

Json = Any  # what `json` reads and writes
LogLine = Mapping[str, str]  # {"level", "text"}


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """Why a step failed: `code` (number or word), `kind` (class), `message`, `place` ("line:column")."""

    code: str | int
    message: str
    kind: str = ""
    place: str = ""
    data: Json = None

    def as_json(self) -> dict[str, Json]:
        """Return the wire shape: code, class, message, place."""
        shape: dict[str, Json] = {
            "code": self.code,
            "class": self.kind,
            "message": self.message,
            "place": self.place,
        }
        return shape | ({"data": self.data} if self.data is not None else {})


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document family as handlers and scripts see it. `path` is a file on this machine."""

    id: str
    name: str
    path: str
    mime: str
    size: int
    metadata: Mapping[str, Json]
    labels: Sequence[str]
    status: str
    results: Mapping[str, Json] = field(default_factory=dict)  # by slug of an earlier per-document step


@dataclass(frozen=True, slots=True)
class StepView:
    """A completed step as expressions see it."""

    status: str
    action: str | None
    result: Json


class Killable(Protocol):
    """Work that can be stopped from another thread."""

    def kill(self) -> None:
        """Stop it at once; harmless when it is over."""
        ...


@dataclass(frozen=True, slots=True)
class StepCall:
    """All that a handler may know of the step it runs."""

    activity_id: UUID
    organization_id: int
    organization_slug: str
    project_id: int
    project_slug: str
    project_name: str
    title: str  # of the activity
    started_by_id: int | None
    position: int
    run: int
    attempt: int
    step: PlanStep
    actions: tuple[str, ...]  # slugs that the step can end with
    definitions: Mapping[str, Json]  # pinned: taskTemplates, taskStatuses, serviceBridges
    inputs: Mapping[str, Json]
    input: Json  # the resolved `input` of the data flow, None without one
    has_input: bool
    steps: Mapping[str, StepView]  # completed ones that this step's texts refer to (all, for a script)
    documents: tuple[DocumentView, ...]  # of the activity; one in a per-document run
    document: DocumentView | None = None  # in a per-document run
    taken_actions: frozenset[str] = frozenset()  # those that some dependency of the plan takes
    priority: int = 0  # of the activity: 1 highest … 5 lowest, 0 for none
    idempotency_key: str = ""  # activity/step/document/run; a handler adds "/n" for its n-th call
    timeout_seconds: float | None = None
    on_start: Callable[[Killable], None] | None = (
        None  # give the process that does the work to it: a lost claim kills it
    )

    def expression_root(self) -> dict[str, Json]:
        """Return the root that expressions of the step see (plan language 3)."""
        return {
            "orgId": self.organization_slug,
            "projectId": self.project_slug,
            "inputs": self.inputs,
            "documentFamilyId": self.document.id if self.document else self.inputs.get("documentFamilyId"),
            "document": document_root(self.document) if self.document else None,
            "extractedData": None,
            "steps": {slug: step_root(view) for slug, view in self.steps.items()},
        }


@dataclass(frozen=True, slots=True)
class Completed:
    """The step is done. `action` is a slug of the step's actions, or one that a person or a mock chose."""

    result: Json
    action: str | None = None
    logs: Sequence[LogLine] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """The step waits for somebody or something else.

    `open` is called in the transaction that records the wait, with the activity locked, and makes the work that is
    waited for (a task); it is not called if somebody else was faster. `until` sets a timer that completes the step.
    """

    on: Literal["TASK", "APPROVAL", "EXECUTION", "AGENT", "CHILD", "TIMER"]
    open: Callable[[], None] | None = None
    until: datetime | None = None
    result: Json = None  # what the step gives when the timer fires
    logs: Sequence[LogLine] = ()


@dataclass(frozen=True, slots=True)
class Deferred:
    """There is no room for the step now: it is given back and called again, which counts as no try.

    It is called at `until`, unless whoever makes room has it called before. `open` is called in the transaction that
    records it, with the activity locked; not if somebody else was faster.
    """

    on: Literal["SLOT"]
    until: datetime
    open: Callable[[], None] | None = None
    logs: Sequence[LogLine] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """The step failed: `business` failures and timeouts are for `onError` and retries, `system` errors are not."""

    error: ErrorInfo
    kind: Literal["business", "system", "timeout"] = "business"
    logs: Sequence[LogLine] = ()
    retry_after: float | None = None  # seconds that the other side asked for
    result: Json = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """The step found that it need not run."""

    reason: str = ""
    logs: Sequence[LogLine] = ()


Outcome = Completed | Waiting | Deferred | Failed | Skipped


@dataclass(frozen=True, slots=True)
class WorkLink:
    """Work outside the activity's own page: a task, a request."""

    url: str
    title: str
    status: str


class StepHandler(Protocol):
    """What a kind of step can do."""

    def pure(self, step: PlanStep) -> bool:
        """Tell if a run touches nothing outside: it may be run again freely and may share a commit."""
        ...

    def run(self, call: StepCall) -> Outcome:
        """Do the step's work, outside any transaction and lock."""
        ...

    def close(self, activity_id: UUID, position: int, *, reason: str) -> None:
        """Withdraw the work that a wait opened (cancel, skip, retry); called in a transaction, the activity locked."""
        ...


@runtime_checkable
class OpensWork(Protocol):
    """A handler whose steps wait for work that has a page of its own."""

    def work(self, activity_id: UUID, position: int) -> WorkLink | None:
        """Return what the step waits for, or waited for; None without one."""
        ...


_stand_in: ContextVar[Callable[[str], StepHandler] | None] = ContextVar("stand_in", default=None)


def handler_for(kind: str) -> StepHandler:
    """Return the handler of the kind; raise LookupError for a kind without one."""
    stand_in = _stand_in.get()
    return registered(kind) if stand_in is None else stand_in(kind)


@contextmanager
def standing_in(handlers: Callable[[str], StepHandler]) -> Iterator[None]:
    """Let other handlers do the work of this context: a trial of a plan does so."""
    token = _stand_in.set(handlers)
    try:
        yield
    finally:
        _stand_in.reset(token)


@cache
def registered(kind: str) -> StepHandler:
    """Return the handler that settings name for the kind; raise LookupError for a kind without one."""
    path = settings.STEP_HANDLERS.get(kind)
    if path is None:
        raise LookupError(f"no handler for step kind {kind!r}; settings.STEP_HANDLERS names those that exist")
    handler: StepHandler = import_string(path)()
    return handler


def step_root(view: StepView) -> dict[str, Json]:
    """Return `steps.<slug>` for expressions: the mapped keys of the result, then action and result themselves."""
    root: dict[str, Json] = dict(view.result) if isinstance(view.result, dict) else {}
    root["result"] = view.result
    if view.action is not None:
        root["action"] = view.action
        root["completedActionUuid"] = view.action
    return root


def document_root(document: DocumentView) -> dict[str, Json]:
    """Return `document` for expressions and `families[n]` for scripts."""
    return {
        "id": document.id,
        "name": document.name,
        "path": document.name,
        "metadata": document.metadata,
        "labels": list(document.labels),
        "status": document.status or None,
    }
