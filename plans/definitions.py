"""What task templates and service bridges may hold, checked where they are saved. Pure but for the sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from plans.errors import Invalid

_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SECRET: Final = re.compile(r"\$\{secrets\.[A-Za-z0-9_-]+\}")
MAX_SCRIPT: Final = 100_000
MOST_HOURS: Final = 24 * 36_500


def _is_slug(value: str) -> str:
    if not _SLUG.fullmatch(value):
        raise ValueError(f'"{value}" may hold a-z, 0-9, _ and - only')
    return value


def _is_web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f'"{value}" is no http or https address')
    if problem := address_problem(value):
        raise ValueError(problem)
    return value


def address_problem(value: str) -> str | None:
    """Tell what an address holds that belongs into secrets; None if nothing does. The value is not repeated."""
    if "@" not in value.partition("://")[2].partition("/")[0].partition("?")[0]:
        return None
    return (
        "must hold no user and password before the host: everybody in the organization can read it; put them into "
        'a secret, in Base64, and send a header Authorization with the value "Basic ${secrets.NAME}"'
    )


def _starts_with_slash(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError(f'path "{value}" must start with "/"')
    return value


def _is_token_address(value: str) -> str:
    if value.startswith("/"):
        return value
    return _is_web_address(value)


def _names_a_secret(value: str) -> str:
    if not _SECRET.search(value):
        raise ValueError(
            "must name a secret as ${secrets.NAME}; everybody in the organization can read a definition"
        )
    return value


def _is_schema(value: dict[str, Any] | None) -> dict[str, Any] | None:
    try:
        Draft202012Validator.check_schema(value or {})
    except SchemaError as error:
        raise ValueError(f"is no JSON Schema: {error.message} at {error.json_path}") from error
    return value


Slug = Annotated[str, AfterValidator(_is_slug)]
WebAddress = Annotated[str, AfterValidator(_is_web_address)]
Script = Annotated[str | None, Field(max_length=MAX_SCRIPT)]
Schema = Annotated[dict[str, Any] | None, AfterValidator(_is_schema)]
Metadata = dict[str, Any]


class _Open(BaseModel):
    # Templates of other systems hold more than is used here; what is not known is kept as it came.
    model_config = ConfigDict(extra="allow", alias_generator=to_camel, populate_by_name=True, frozen=True)


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class TemplateAction(_Open):
    """A way to end a task."""

    slug: Slug
    label: str | None = None
    properties: Metadata = Field(default_factory=dict)


class TemplateCandidates(_Open):
    """Who may work on a task."""

    roles: list[str] = Field(default_factory=list)
    teams: list[str] = Field(default_factory=list)
    people: list[str] = Field(default_factory=list)


class TemplateMetadata(_Open):
    """`metadata` of a task template."""

    title: str | None = None
    form: Schema = None
    actions: list[TemplateAction] = Field(default_factory=list)
    candidates: TemplateCandidates = Field(default_factory=TemplateCandidates)
    priority: int | None = None
    due_in_hours: float | None = Field(default=None, gt=0, le=MOST_HOURS)
    working_time: bool = False  # hours and days are those of the organization's calendar
    remind_before_hours: float | None = Field(default=None, gt=0, le=MOST_HOURS)
    escalate_after_hours: float | None = Field(default=None, ge=0, le=MOST_HOURS)
    escalate_to: str | list[str] | None = None  # roles, teams or people

    @model_validator(mode="after")
    def _actions_are_different(self) -> TemplateMetadata:
        slugs = [action.slug for action in self.actions]
        twice = next((slug for slug in slugs if slugs.count(slug) > 1), None)
        if twice is not None:
            raise ValueError(f'action "{twice}" stands there twice')
        return self

    @model_validator(mode="after")
    def _somebody_is_asked(self) -> TemplateMetadata:
        if self.escalate_after_hours is not None and not self.escalate_to:
            raise ValueError(
                "escalateAfterHours needs escalateTo: the role, team or person that is asked then"
            )
        return self


class Header(_Closed):
    """A header of every request."""

    name: str = Field(min_length=1)
    value: str


class ResponseMapping(_Closed):
    """Where a token endpoint's answer holds what: paths into its JSON."""

    access_token: str = "access_token"
    expires_in: str = "expires_in"


class BridgeAuth(_Closed):
    """OAuth 2 client credentials (RFC 6749 4.4). `token_url` is absolute, or a path below the bridge's `baseUrl`.

    `custom` sends `request_body`, in which `${clientId}` and `${clientSecret}` stand for those two.
    """

    type: Literal["oauth2_client_credentials"]
    token_url: Annotated[str, AfterValidator(_is_token_address)]
    client_id: str = Field(min_length=1)
    client_secret: Annotated[str, AfterValidator(_names_a_secret)]
    scope: str | None = None
    request_format: Literal["standard", "custom"] = "standard"
    request_body: Metadata | str | None = None
    response_mapping: ResponseMapping = Field(default_factory=ResponseMapping)
    token_cache_buffer_seconds: int = Field(default=60, ge=0)
    header_name: str = Field(default="Authorization", min_length=1)
    header_prefix: str = "Bearer"

    @model_validator(mode="after")
    def _a_custom_request_has_a_body(self) -> BridgeAuth:
        if self.request_format == "custom" and not self.request_body:
            raise ValueError("requestFormat custom needs a requestBody")
        return self


class RateLimit(_Closed):
    """How often a bridge may be called, by all steps of the organization together."""

    requests: int = Field(ge=1)
    per_seconds: float = Field(default=1, gt=0, le=86_400)


class Endpoint(_Closed):
    """One thing that can be asked of a service."""

    name: str = Field(min_length=1)
    description: str | None = None
    method: Literal["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"] = "GET"
    path: Annotated[str, AfterValidator(_starts_with_slash)]
    request_schema: Schema = None
    response_schema: Schema = None
    headers: list[Header] = Field(default_factory=list)
    cache_enabled: bool = False
    cache_ttl_seconds: int = Field(default=300, gt=0)
    cacheable_verbs: list[str] = Field(default_factory=lambda: ["GET"])
    init_script: Script = None
    pre_send_script: Script = None
    post_reply_script: Script = None


class BridgeDefinition(_Closed):
    """`definition` of a service bridge."""

    base_url: WebAddress
    agent_callable: bool = False
    default_headers: list[Header] = Field(default_factory=list)
    endpoints: list[Endpoint] = Field(min_length=1)
    auth: BridgeAuth | None = None
    rate_limit: RateLimit | None = None

    @model_validator(mode="after")
    def _endpoints_are_different(self) -> BridgeDefinition:
        names = [endpoint.name for endpoint in self.endpoints]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f'endpoint "{twice}" stands there twice')
        return self


def check_template(metadata: object) -> Metadata:
    """Return the metadata of a task template as it came, if it is one; raise Invalid with the places."""
    return _check(TemplateMetadata, metadata)


def check_bridge(definition: object) -> Metadata:
    """Return the definition of a service bridge as it came, if it is one; raise Invalid with the places."""
    return _check(BridgeDefinition, definition)


def _check(model: type[BaseModel], value: object) -> Metadata:
    try:
        model.model_validate(value)
    except ValidationError as error:
        problems = [_problem(item) for item in error.errors()]
        raise Invalid("; ".join(problems[:5]), code="invalid-definition", problems=problems) from error
    assert isinstance(value, dict)
    return value


def _problem(item: Mapping[str, Any]) -> str:
    place = "/" + "/".join(str(part) for part in item["loc"])
    return f"{place}: {str(item['msg']).removeprefix('Value error, ')}"
