"""`builtin/sleep`: waits, without a process or a thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import Field

from activities.modules.calls import ModuleCall
from activities.modules.registry import Options

_MILLISECOND_KEYS: Final = ("durationMs", "duration_ms")


class SleepOptions(Options):
    """How long; the same keys in `input` win."""

    seconds: float | None = Field(default=None, ge=0, title="Seconds")
    duration_ms: float | None = Field(default=None, ge=0, title="Milliseconds")


class Sleep:
    """Waits; the engine turns it into a timer and `run` only gives what is passed through."""

    ref = "builtin/sleep"
    title = "Wait"
    options = SleepOptions
    pure = True

    def waits(self, options: Mapping[str, Any], input: Any) -> float:
        """Tell for how many seconds; raises ValueError for what is not a duration from 0 up."""
        for source in (input, options):
            seconds = _seconds(source)
            if seconds is not None:
                return seconds
        return 0.0

    def run(self, call: ModuleCall) -> Any:
        """Give `input.passthrough`, once the time is over."""
        return call.input.get("passthrough", {}) if isinstance(call.input, Mapping) else {}


def _seconds(source: Any) -> float | None:
    if not isinstance(source, Mapping):
        return None
    given = {key: source[key] for key in ("seconds", *_MILLISECOND_KEYS) if source.get(key) is not None}
    if not given:
        return None
    key, value = next(iter(given.items()))
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise ValueError(f"{key} of builtin/sleep must be a number from 0 up, not {value!r}")
    return value / 1000 if key in _MILLISECOND_KEYS else float(value)


MODULE = Sleep()
