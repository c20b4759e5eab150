"""A plain Python function as a module: its parameters are the options, and what `input` holds goes before them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.alias_generators import to_camel

from activities.modules.calls import ModuleCall, ModuleFailed

_CONFIG: Final = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)
_WHOLE: Final = "call"


class FunctionModule:
    """Calls the function by names, checked by its annotations; a parameter `call` is given the whole ModuleCall."""

    pure = False

    def __init__(self, ref: str, function: Callable[..., Any]) -> None:
        """Read the function's signature; raises TypeError for parameters that can't be given by name."""
        known = inspect.signature(function, eval_str=True).parameters.values()
        self.ref = ref
        self.title = (inspect.getdoc(function) or ref).splitlines()[0].rstrip(".")
        self._function = function
        self._wants_call = any(parameter.name == _WHOLE for parameter in known)
        parameters = [parameter for parameter in known if parameter.name != _WHOLE]
        self._required = {each.name for each in parameters if each.default is inspect.Parameter.empty}
        # What is required may stand in `input`, which is known only when the step runs.
        self.options = _model(f"{function.__name__}_options", parameters, required=False)
        self._arguments = _model(f"{function.__name__}_arguments", parameters, required=True)

    def run(self, call: ModuleCall) -> Any:
        """Give what the function returns; arguments that do not fit fail with `invalid-input`."""
        options = {
            name: value
            for name, value in call.options.items()
            if not (value is None and name in self._required)
        }
        try:
            given = self._arguments.model_validate({**options, **self._from_input(call.input)})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise ModuleFailed("invalid-input", f"{self.ref}: {where}: {first['msg']}") from error
        arguments = {name: getattr(given, name) for name in self._arguments.model_fields}
        return self._function(**arguments, **({_WHOLE: call} if self._wants_call else {}))

    def _from_input(self, value: Any) -> dict[str, Any]:
        """Return what `input` says, by the names of the parameters."""
        if not isinstance(value, Mapping):
            return {}
        aliases = {info.alias: name for name, info in self._arguments.model_fields.items()}
        return {aliases.get(str(key), str(key)): each for key, each in value.items()}


def _model(name: str, parameters: list[inspect.Parameter], *, required: bool) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.kind not in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY):
            raise TypeError(f"parameter {parameter.name} can't be given by its name")
        empty = parameter.default is inspect.Parameter.empty
        annotation: Any = Any if parameter.annotation is inspect.Parameter.empty else parameter.annotation
        if empty and not required:
            fields[parameter.name] = (annotation | None if annotation is not Any else Any, None)
        else:
            fields[parameter.name] = (annotation, ... if empty else parameter.default)
    return create_model(name, __config__=_CONFIG, **fields)
