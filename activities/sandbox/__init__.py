"""Processes that can be killed, kept warm: scripts, expressions and modules run in them, within bounds.

Importable without Django; safe for threads and forks.
"""

from __future__ import annotations

from activities.sandbox.evaluations import evaluate
from activities.sandbox.module_runs import run_module
from activities.sandbox.outcomes import (
    MODULE_LIMITS,
    SCRIPT_LIMITS,
    Evaluation,
    Limits,
    ModuleOutcome,
    ScriptOutcome,
    Verdict,
)
from activities.sandbox.pool import configure, kill_all, warm
from activities.sandbox.scripts import HostError, run_script
from activities.sandbox.validations import schema_problems
from activities.sandbox.workers import Worker, WorkerStartFailed

__all__ = [
    "MODULE_LIMITS",
    "SCRIPT_LIMITS",
    "Evaluation",
    "HostError",
    "Limits",
    "ModuleOutcome",
    "ScriptOutcome",
    "Verdict",
    "Worker",
    "WorkerStartFailed",
    "configure",
    "evaluate",
    "kill_all",
    "run_module",
    "run_script",
    "schema_problems",
    "warm",
]
