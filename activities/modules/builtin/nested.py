"""`builtin/eval`, `builtin/map`, `builtin/iterate`: flows within a flow."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from activities.modules.in_worker import InWorker
from activities.modules.registry import Options

MAX_DEPTH: Final = 10  # of activities within activities
MAX_ITEMS: Final = 10_000


class FlowOptions(Options):
    """The flow itself (`workflow`, or `flow`), or the id of the blob that holds it."""

    workflow: dict[str, Any] | None = None
    flow: dict[str, Any] | None = None
    flow_id: str | None = None


class EvalOptions(FlowOptions):
    """`input` is any JSON."""

    input: Any = Field(default_factory=dict)


class MapOptions(FlowOptions):
    """Each of the items is the input of one run."""

    items: list[Any] = Field(max_length=MAX_ITEMS)
    max_concurrency: int = Field(default=10, ge=1, le=1000)


class IterateOptions(FlowOptions):
    """The flow gives `{"next": its next input}` to go on and `{"result": …}` to stop."""

    initial_input: Any = Field(default_factory=dict)
    max_iterations: int = Field(default=1000, ge=0, le=MAX_ITEMS)


MODULES = (
    InWorker("builtin/eval", "Run a flow", EvalOptions, pure=True, runs_flows=True),
    InWorker("builtin/map", "Run a flow for each item", MapOptions, pure=True, runs_flows=True),
    InWorker("builtin/iterate", "Run a flow until it stops", IterateOptions, pure=True, runs_flows=True),
)
