"""What an agent runtime may hold: checked where it is saved, read where an agent runs."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from plans.definitions import Header, WebAddress
from plans.errors import Invalid

_PROGRAM_KEYS: Final = ("command", "args", "env")
_OVER_HTTP: Final = ("http", "streamable-http", "streamableHttp")


def _as_list(typed: Any) -> Any:
    """Read headers that stand as `{name: value}`, too."""
    if not isinstance(typed, dict):
        return typed
    return [{"name": name, "value": value} for name, value in typed.items()]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class McpServer(_Closed):
    """A server of tools (Model Context Protocol) that is spoken to over Streamable HTTP.

    `headers` and `url` may name secrets as `${secrets.NAME}`; `allowed_tools` are those that agents are given, None:
    all; `timeout_seconds` bounds each call.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")
    url: WebAddress
    headers: Annotated[tuple[Header, ...], BeforeValidator(_as_list)] = ()
    allowed_tools: tuple[str, ...] | None = None
    timeout_seconds: float = Field(default=60, gt=0, le=600)

    @model_validator(mode="before")
    @classmethod
    def _speaks_http(cls, typed: Any) -> Any:
        if not isinstance(typed, dict):
            return typed
        transport = typed.get("type") or typed.get("transport")
        if transport == "stdio" or any(key in typed for key in _PROGRAM_KEYS):
            raise ValueError(
                "a server that is a program (stdio) is not started here: nothing that is typed becomes a command; "
                "run it elsewhere and give its http or https address as url"
            )
        if transport is not None and transport not in _OVER_HTTP:
            raise ValueError(f'type "{transport}" is not spoken here; the server must speak Streamable HTTP')
        return {key: value for key, value in typed.items() if key not in ("type", "transport")}


class RuntimeDefinition(_Closed):
    """`definition` of an agent runtime.

    `model` is `SMALL`, `LARGE` or an id; `module_refs` and the tools of `mcp_servers` are tools of every agent of it;
    `max_concurrent` agents run at once, the others wait in line; `max_requests` bounds the turns of one run.
    """

    model: str = Field(default="LARGE", min_length=1)
    instructions: str = ""
    max_concurrent: int = Field(default=2, ge=1, le=1000)
    max_requests: int = Field(default=20, ge=1, le=200)
    module_refs: tuple[str, ...] = ()
    mcp_servers: tuple[McpServer, ...] = ()
    status: Literal["READY", "PAUSED"] = "READY"

    @model_validator(mode="after")
    def _servers_are_different(self) -> RuntimeDefinition:
        names = [server.name for server in self.mcp_servers]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f'MCP server "{twice}" stands there twice')
        return self


def read_runtime(definition: object) -> RuntimeDefinition:
    """Read a definition; raise Invalid with the places of what is wrong in it."""
    try:
        return RuntimeDefinition.model_validate(definition)
    except ValidationError as error:
        problems = [
            "/" + "/".join(str(part) for part in item["loc"]) + f": {_message(item['msg'])}"
            for item in error.errors()
        ]
        raise Invalid("; ".join(problems[:5]), code="invalid-definition", problems=problems) from error


def bare_definition(shape: dict[str, Any]) -> dict[str, Any]:
    """Return the definition out of a runtime's shape, which has slug, name and description beside it."""
    return {key: value for key, value in shape.items() if key not in ("slug", "name", "description")}


def _message(text: str) -> str:
    return text.removeprefix("Value error, ")
