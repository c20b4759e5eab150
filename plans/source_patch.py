"""The author's text of a plan, made to say what a document says."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from plans.language.patching import Patched, patch_source, read_text
from plans.language.source import SourceError
from plans.notation import JSON, to_yaml


def patched(text: str, document: dict[str, Any], notation: str) -> Patched:
    """Return the text with what differs from the document changed in it; written anew where there is none.

    What did not change keeps its comments, its order and its spelling. A text that can't be parsed is written anew too:
    the document is what counts.
    """
    found = None
    if text.strip():
        with suppress(SourceError):
            found = patch_source(text, document, is_json=notation == JSON)
    return found or read_text(_written(document, notation), is_json=notation == JSON)


def _written(document: dict[str, Any], notation: str) -> str:
    if notation == JSON:
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return to_yaml(document)
