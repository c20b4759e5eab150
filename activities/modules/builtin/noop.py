"""`builtin/noop`: gives its input back."""

from __future__ import annotations

from typing import Any

from activities.modules.calls import ModuleCall
from activities.modules.in_worker import InWorker
from activities.modules.registry import Options


class NoopOptions(Options):
    """No options."""


class Noop(InWorker):
    """Gives its input back; a placeholder in a plan that is still being drawn. It needs no process of its own."""

    def run(self, call: ModuleCall) -> Any:
        """Give the resolved input."""
        return call.input


MODULE = Noop(ref="builtin/noop", title="Do nothing", options=NoopOptions, pure=True)
