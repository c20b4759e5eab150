"""Tokens for bridges: OAuth 2 client credentials (RFC 6749 4.4), asked for by the same way out as every call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from activities.steps import egress
from activities.steps.bridge_cache import Place, place_of_token
from activities.steps.bridge_definition import Bridge
from activities.steps.bridge_wire import fill_secrets, put_header, secrets_in
from plans.definitions import BridgeAuth
from plans.language.expressions.paths import PathSyntaxError, lookup
from plans.secrets import redact, reveal

WITHOUT_LIFETIME: Final = (
    300  # seconds that a token is kept whose endpoint does not say for how long it is good
)
MAX_SHOWN: Final = 200

Json = Any


class TokenRefused(egress.EgressError):
    """The token endpoint gave no token."""

    code = "token-refused"


@dataclass(frozen=True, slots=True)
class Token:
    """A token; `remembered` if it was not asked for just now."""

    text: str
    remembered: bool

    def __repr__(self) -> str:
        """Show nothing of it."""
        return f"Token(remembered={self.remembered})"


def authorize(headers: dict[str, str], auth: BridgeAuth, token: Token) -> None:
    """Put the token into the headers, over whatever stood there."""
    put_header(headers, auth.header_name, f"{auth.header_prefix} {token.text}".strip())


def token_for(bridge: Bridge, *, organization_id: int, seconds: float, anew: bool = False) -> Token | None:
    """Return the bridge's token, remembered or new; None for a bridge without auth.

    Raise TokenRefused, EgressError, or a Refused for a secret that is not there.
    """
    if bridge.auth is None:
        return None
    place = place_of_token(bridge, organization_id=organization_id)
    if anew:
        place.forget()
    elif known := place.recall():
        return Token(known, remembered=True)
    return _ask(bridge, bridge.auth, place, seconds=seconds)


def _ask(bridge: Bridge, auth: BridgeAuth, place: Place, *, seconds: float) -> Token:
    secrets = reveal(place.organization_id, secrets_in(bridge.base_url, auth.model_dump_json(by_alias=True)))
    allow = egress.allowed(place.organization_id)
    try:
        answer = egress.exchange(_request(bridge, auth, secrets), allow=allow, seconds=seconds)
    except egress.EgressError as error:
        raise type(error)(redact(f"token endpoint: {error}", secrets.values())) from None
    if not 200 <= answer.status <= 299:
        said = redact(answer.content.decode("utf-8", "replace"), secrets.values())[:MAX_SHOWN]
        raise TokenRefused(f"the token endpoint of {bridge.slug} answered {answer.status}: {said}")
    body = _body(bridge, answer)
    text = _read(body, auth.response_mapping.access_token)
    if not isinstance(text, str) or not text:
        where = auth.response_mapping.access_token
        raise TokenRefused(f"the token endpoint of {bridge.slug} gave no token at {where}")
    place.remember(text, seconds=_lifetime(body, auth) - auth.token_cache_buffer_seconds)
    return Token(text, remembered=False)


def _request(bridge: Bridge, auth: BridgeAuth, secrets: Mapping[str, str]) -> egress.Outgoing:
    address = bridge.base_url + auth.token_url if auth.token_url.startswith("/") else auth.token_url
    who = {
        "clientId": fill_secrets(auth.client_id, secrets),
        "clientSecret": fill_secrets(auth.client_secret, secrets),
    }
    content, kind = _custom(auth, who, secrets) if auth.request_format == "custom" else _standard(auth, who)
    headers = {"content-type": kind, "accept": "application/json"}
    return egress.Outgoing("POST", fill_secrets(address, secrets), headers, content)


def _standard(auth: BridgeAuth, who: Mapping[str, str]) -> tuple[bytes, str]:
    fields = {
        "grant_type": "client_credentials",
        "client_id": who["clientId"],
        "client_secret": who["clientSecret"],
    }
    fields |= {"scope": auth.scope} if auth.scope else {}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _custom(auth: BridgeAuth, who: Mapping[str, str], secrets: Mapping[str, str]) -> tuple[bytes, str]:
    body = _filled(auth.request_body, who, secrets)
    if isinstance(body, str):
        return body.encode(), "application/x-www-form-urlencoded"
    return json.dumps(body, ensure_ascii=False).encode(), "application/json"


def _filled(value: Json, who: Mapping[str, str], secrets: Mapping[str, str]) -> Json:
    if isinstance(value, Mapping):
        return {key: _filled(item, who, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, who, secrets) for item in value]
    if not isinstance(value, str):
        return value
    for name, text in who.items():
        value = value.replace("${" + name + "}", text)
    return fill_secrets(value, secrets)


def _body(bridge: Bridge, answer: egress.Answer) -> Json:
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        raise TokenRefused(f"the token endpoint of {bridge.slug} answered what is not JSON") from None


def _read(body: Json, path: str) -> Json:
    try:
        found = lookup(body, path)
    except PathSyntaxError:
        return None
    return found.value if found else None


def _lifetime(body: Json, auth: BridgeAuth) -> float:
    seconds = _read(body, auth.response_mapping.expires_in)
    try:
        return float(seconds)
    except (TypeError, ValueError):
        return WITHOUT_LIFETIME + auth.token_cache_buffer_seconds
