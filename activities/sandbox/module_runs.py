"""Runs modules from the parent's side: the clock, and the end of a child that does not answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from activities.sandbox.frames import PipeClosed, PipeTimeout, read_json
from activities.sandbox.outcomes import MODULE_LIMITS, Limits, ModuleOutcome, error_of
from activities.sandbox.pool import pool
from activities.sandbox.workers import Worker

if TYPE_CHECKING:
    from activities.modules.calls import ModuleCall


def run_module(
    ref: str,
    call: ModuleCall,
    *,
    limits: Limits = MODULE_LIMITS,
    on_start: Callable[[Worker], None] | None = None,
) -> ModuleOutcome:
    """Run a registered module in a child; never raises for what the module does.

    Error codes: the module's own (ModuleFailed), `module-error` (an exception), `timeout`, `out-of-memory`, `not-json`,
    `output-too-large`, `module-crashed`, `cancelled`; and, marked `system`, `unknown-module`, `invalid-options`.
    `on_start` gets the worker; its `kill()` from another thread ends the run with code `cancelled`.
    """
    with pool("modules").lease() as worker:
        if on_start is not None:
            on_start(worker)
        try:
            worker.send(
                {"ref": ref, "memory": limits.memory_bytes, "output": limits.output_bytes},
                json.dumps(asdict(call)).encode(),
            )
            frame = worker.receive(seconds=limits.seconds)
        except PipeTimeout:
            worker.kill()
            message = f"module {ref} ran longer than {limits.seconds:g} s"
            return ModuleOutcome(None, error_of("timeout", message, class_name="Timeout"), [])
        except PipeClosed:
            return ModuleOutcome(None, _gone(worker, ref), [])
        if frame.header["retire"]:
            worker.kill()
        error = frame.header["error"]
        value = None if error is not None else read_json(frame.payload)
        return ModuleOutcome(value, error, frame.header["logs"], frame.header["system"])


def _gone(worker: Worker, ref: str) -> dict[str, Any]:
    if worker.killed:
        return error_of("cancelled", f"module {ref} was stopped", class_name="Cancelled")
    message = f"the process of module {ref} ended ({worker.exit_text()})"
    return error_of("module-crashed", message, class_name="ModuleCrashed")
