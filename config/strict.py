"""Nothing that is sent to the API is ignored in silence: unknown keys and query parameters are refused.

What an address takes is what its OpenAPI description says; there is no second list. A body that is described as any
object (a plan document) is the business of its view.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from threading import Lock
from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from plans.errors import Invalid
from plans.language.finding import nearest
from plans.parsers import Source

MAX_SHOWN: Final = 60
# The library that describes operations loads its parts as it needs them, and two threads at once trip over each other.
DESCRIBING: Final = Lock()


class NothingUnknown(BasePermission):
    """Not about who asks: the one place that every view passes before it does anything."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raise Invalid for the first key or parameter that means nothing here."""
        match = request.resolver_match
        method = "GET" if request.method == "HEAD" else str(request.method)
        if match is None or method == "OPTIONS" or not hasattr(view, method.lower()):
            return True  # another method than the address has: 405 says so
        parameters, keys = takes(match.func, method)
        _refuse(request.query_params, parameters, "unknown-parameter", _("query parameter"))
        if keys is not None and method not in ("GET", "DELETE"):
            _refuse(_sent_keys(request), keys, "unknown-key", _("key"))
        return True


@lru_cache(maxsize=512)
def takes(callback: Any, method: str) -> tuple[frozenset[str], frozenset[str] | None]:
    """Return the query parameters and the keys of the body that an operation takes; None: any keys."""
    with DESCRIBING:
        return _described(callback, method)


def _described(callback: Any, method: str) -> tuple[frozenset[str], frozenset[str] | None]:
    # Views import this file by way of their default permissions, and these import views.
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.settings import spectacular_settings

    generator = SchemaGenerator()
    view = generator.create_view(callback, method)
    view.request = spectacular_settings.GET_MOCK_REQUEST(method, "/api/", view, None)
    schema = view.schema
    schema.registry, schema.method = generator.registry, method
    schema.path = schema.path_regex = schema.path_prefix = "/api/"
    parameters = frozenset(each["name"] for each in schema._get_parameters() if each["in"] == "query")
    body = schema._get_request_body() or {}
    components = generator.registry.build({}).get("schemas", {})
    keys: set[str] = set()
    for content in body.get("content", {}).values():
        described = content["schema"]
        while "$ref" in described:
            described = components[described["$ref"].rpartition("/")[2]]
        if described.get("additionalProperties") not in (None, False):
            return parameters, None
        keys |= described.get("properties", {}).keys()
    return parameters, frozenset(keys)


def _sent_keys(request: Request) -> Iterable[str]:
    sent: Any = request.data
    value = sent.value if isinstance(sent, Source) else sent
    return [str(key) for key in value] if isinstance(value, Mapping) else ()


def _refuse(sent: Iterable[str], known: frozenset[str], code: str, what: str) -> None:
    unknown = next((name for name in sent if name not in known), None)
    if unknown is None:
        return
    words = {"what": what, "name": unknown[:MAX_SHOWN]}
    if not known:
        raise Invalid(_('unknown %(what)s "%(name)s"; this address takes none') % words, code=code)
    names = tuple(sorted(known))
    hint = {"near": nearest(unknown, names), "known": ", ".join(names)}
    raise Invalid(
        _('unknown %(what)s "%(name)s" (did you mean "%(near)s"?); this address takes %(known)s')
        % (words | hint),
        code=code,
    )
