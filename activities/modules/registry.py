"""Which modules there are: found once a process; a broken one is named and left out, never fatal."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, Final, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from activities.modules.calls import ModuleCall
from activities.modules.functions import FunctionModule

GROUP: Final = "throughline.modules"

_BUILT_IN: Final = (
    "pdf_text",
    "csv_rows",
    "regex_extract",
    "noop",
    "sleep",
    "create_messages",
    "stores",
    "nested",
    "web",
)
_ALIASES: Final = {"builtin/http/get": "http/get"}

logger = logging.getLogger(__name__)


class Options(BaseModel):
    """Base for the options of a module: camelCase outside, unknown keys refused."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


@runtime_checkable
class Module(Protocol):
    """Code that an EXECUTION step runs, in a process that may be killed at any time.

    A module that only waits has `waits(options, input) -> seconds` too: the engine sets a timer instead of a process.
    """

    ref: str
    title: str
    options: type[BaseModel]
    pure: bool

    def run(self, call: ModuleCall) -> Any:
        """Give a JSON result; raises ModuleFailed for a business failure."""


@dataclass(frozen=True, slots=True)
class ModuleProblem:
    """A module that cannot be used, and why."""

    ref: str
    message: str


@dataclass(frozen=True, slots=True)
class _Found:
    modules: Mapping[str, Module]
    problems: tuple[ModuleProblem, ...]


def modules() -> Mapping[str, Module]:
    """Give every usable module by its ref."""
    return _found().modules


def module_problems() -> tuple[ModuleProblem, ...]:
    """List the modules that were announced and cannot be used."""
    return _found().problems


def find_module(ref: str) -> Module | None:
    """Find a module by any spelling of its ref; None when nothing provides it."""
    return modules().get(canonical_ref(ref))


def canonical_ref(ref: str) -> str:
    """Spell a ref as it is registered: no slash in front, `builtin/` for `builtins/`."""
    ref = ref.strip("/")
    ref = "builtin/" + ref.removeprefix("builtins/") if ref.startswith("builtins/") else ref
    return _ALIASES.get(ref, ref)


def options_schema(ref: str) -> dict[str, Any] | None:
    """Give the JSON Schema of a module's options, as the editor shows them; None for an unknown module."""
    module = find_module(ref)
    return None if module is None else module.options.model_json_schema(by_alias=True)


def step_only(module: Module) -> str:
    """Say why a module runs as a step only, and is no tool of an agent; "" where it may be one."""
    if hasattr(module, "waits"):
        return "it only waits"
    return "it runs flows as activities of their own" if getattr(module, "runs_flows", False) else ""


def waiting_seconds(ref: str, options: Mapping[str, Any], input: Any) -> float | None:
    """Tell how long a module that only waits would wait; None for one that runs. Raises ValueError for bad options."""
    waits = getattr(find_module(ref), "waits", None)
    return None if waits is None else float(waits(options, input))


@lru_cache(maxsize=1)
def _found() -> _Found:
    found: dict[str, Module] = {}
    problems: list[ModuleProblem] = []
    for name in _BUILT_IN:
        file = import_module(f"activities.modules.builtin.{name}")
        known: tuple[Module, ...] = getattr(file, "MODULES", None) or (file.MODULE,)
        found.update({module.ref: module for module in known})
    for entry in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        problem = _add(entry, found)
        if problem is not None:
            problems.append(ModuleProblem(entry.name, problem))
    return _Found(MappingProxyType(found), tuple(problems))


def _add(entry: EntryPoint, found: dict[str, Module]) -> str | None:
    """Load one entry point into `found`; the answer is what is wrong with it."""
    if entry.name in found:
        return f'module "{entry.name}" is registered already; rename the one of {entry.value}'
    try:
        loaded = entry.load()
        if inspect.isfunction(loaded):
            loaded = FunctionModule(entry.name, loaded)
        module = loaded() if isinstance(loaded, type) else loaded
    except Exception as error:
        logger.exception("module %s cannot be loaded", entry.name)
        return f'module "{entry.name}" ({entry.value}) cannot be loaded: {type(error).__name__}: {error}'
    missing = [name for name in ("ref", "title", "options", "pure", "run") if not hasattr(module, name)]
    if missing:
        return f'module "{entry.name}" ({entry.value}) has no {", ".join(missing)}'
    if not (isinstance(module.options, type) and issubclass(module.options, BaseModel)):
        return f'module "{entry.name}" ({entry.value}): options must be a pydantic model class'
    found[entry.name] = module
    return None
