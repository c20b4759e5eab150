"""`http/get`: one request by the way out that bridges take, with its rules."""

from __future__ import annotations

import json
from typing import Any, Final

import httpx

from activities.modules import ModuleFailed
from activities.modules.builtin.web import HttpGetOptions
from activities.steps import Completed, Failed, StepCall, egress
from activities.steps.cut import Cut
from activities.steps.failures import business, system, timeout

SECONDS: Final = 30.0
MAX_SECONDS: Final = 120.0


def http_get(call: StepCall, wanted: HttpGetOptions) -> Completed | Failed:
    """Give `{status, headers, body}`, the body as JSON where it is some; another status than 2xx is a failure."""
    request = egress.Outgoing("GET", _address(wanted), headers=wanted.headers)
    seconds = min(call.timeout_seconds or SECONDS, MAX_SECONDS)
    cut = Cut()
    if call.on_start is not None:
        call.on_start(cut)
    try:
        answer = egress.exchange(
            request, allow=egress.allowed(call.organization_id), seconds=seconds, cut=cut
        )
    except egress.EgressDenied as error:
        return system("EgressDenied", f"http/get: {error}")
    except egress.EgressTimeout as error:
        return timeout("EgressTimeout", f"http/get: {error}")
    except (egress.EgressError, UnicodeError, ValueError) as error:
        return business(getattr(error, "code", "invalid-request"), type(error).__name__, f"http/get: {error}")
    if not 200 <= answer.status <= 299:
        return business(answer.status, "HttpError", f"http/get: the answer was {answer.status}")
    headers = {name: text for name, text in answer.headers.items() if name != "set-cookie"}
    return Completed({"status": answer.status, "headers": headers, "body": _body(answer)})


def _address(wanted: HttpGetOptions) -> str:
    try:
        url = httpx.URL(wanted.url)
    except (httpx.InvalidURL, TypeError) as error:
        raise ModuleFailed("invalid-url", f'"{wanted.url}" is no address: {error}') from error
    if url.scheme not in egress.PORTS or not url.host:
        raise ModuleFailed("invalid-url", f'"{wanted.url}" is no http or https address')
    return str(url.copy_merge_params(wanted.query)) if wanted.query else wanted.url


def _body(answer: egress.Answer) -> Any:
    text = answer.content.decode("utf-8", errors="replace")
    if "json" not in answer.headers.get("content-type", ""):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
