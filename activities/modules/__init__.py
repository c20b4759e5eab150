"""Modules that an EXECUTION step runs: the built-in ones here, a user's own by entry point `throughline.modules`."""

from __future__ import annotations

from activities.modules.calls import DocumentHandle, ModuleCall, ModuleFailed
from activities.modules.registry import (
    Module,
    ModuleProblem,
    Options,
    canonical_ref,
    find_module,
    module_problems,
    modules,
    options_schema,
    step_only,
    waiting_seconds,
)

__all__ = [
    "DocumentHandle",
    "Module",
    "ModuleCall",
    "ModuleFailed",
    "ModuleProblem",
    "Options",
    "canonical_ref",
    "find_module",
    "module_problems",
    "modules",
    "options_schema",
    "step_only",
    "waiting_seconds",
]
