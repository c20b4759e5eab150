"""Validates by authored JSON Schemas from the parent's side: a pattern that takes for ever is cut off."""

from __future__ import annotations

import json
from typing import Any, Final

from activities.sandbox.frames import PipeClosed, PipeTimeout
from activities.sandbox.pool import pool

SECONDS: Final = 1.0
# The child stops a validation by an alarm; one that does not hear it is killed this much later.
_GRACE_SECONDS: Final = 0.5
_TOO_LONG: Final = "the value cannot be judged in time; simplify the patterns of the schema, or give less"
_TOO_DEEP: Final = "the value is nested too deeply to be judged"


def schema_problems(schema: Any, value: Any, *, seconds: float = SECONDS) -> list[tuple[str, str]]:
    """Return JSON pointer and message of each problem (the first 100); of what takes longer, that it does."""
    try:
        payload = json.dumps([schema, value]).encode()
    except (RecursionError, ValueError):
        return [("", _TOO_DEEP)]
    with pool("jsonata").lease() as worker:
        try:
            worker.send({"validate": True, "seconds": seconds}, payload)
            header = worker.receive(seconds=seconds + _GRACE_SECONDS).header
        except (PipeTimeout, PipeClosed):
            worker.kill()
            return [("", _TOO_LONG)]
    if header["problems"] is None:
        return [("", _TOO_LONG)]
    return [(pointer, message) for pointer, message in header["problems"]]
