"""Parsers of the API: any body as JSON, a plan document as JSON or YAML, within its size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from plans.errors import Invalid, Refused
from plans.idempotency import TooLarge
from plans.language.source import MAX_BYTES
from plans.notation import parse

# Beside the document a body holds a few small keys of the request itself.
ROOM = 64 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """A document that came in: its value, and its text where the notation is one that people write."""

    value: Any
    text: str = ""


class JsonBody(BaseParser):
    """`application/json`, as strictly as plans are read: no number that JSON can't hold, no key twice."""

    media_type = "application/json"
    limit = MAX_BYTES

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read the body as plain values; raise TooLarge, Invalid."""
        size = {"size": self.limit // (1024 * 1024)}
        refused = TooLarge(_("the body may be %(size)d MiB large at most; send less at once") % size)
        try:
            return parse(_text(stream, self.limit, refused), filename="body.json", limit=self.limit)
        except Invalid as error:
            raise Invalid(error.message, code="invalid-json", **error.extra) from error


class EditorBody(JsonBody):
    """`application/json` that holds a plan twice: as a document and as its text, or before and after."""

    limit = 2 * MAX_BYTES + ROOM


class _Parser(BaseParser):
    filename = ""
    keeps_text = False
    limit = MAX_BYTES + ROOM

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read the body as a Source; raise TooLarge, Invalid."""
        refused = TooLarge(_("a plan may be 5 MiB large at most; split it"))
        text = _text(stream, self.limit, refused)
        value = parse(text, filename=self.filename, limit=self.limit)
        return Source(value, text if self.keeps_text else "")


class JsonDocument(_Parser):
    """`application/json`."""

    media_type = "application/json"
    filename = "plan.json"


class JsonDraft(JsonDocument):
    """`application/json`: a document, or `{document, source, …}`, which holds it twice."""

    limit = EditorBody.limit


class YamlDocument(_Parser):
    """`application/yaml`; the text is kept, for it may hold comments."""

    media_type = "application/yaml"
    filename = "plan.yaml"
    keeps_text = True


def _text(stream: IO[bytes], most: int, refused: Refused) -> str:
    body = stream.read(most + 1)
    if len(body) > most:
        raise refused
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(_("the body is no text in UTF-8"), code="invalid-source") from error
