"""The offline stand-in: answers where no language model is set up, always the same, labelled wherever it shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

LABEL: Final = "offline stand-in"
SENTENCE: Final = "This was not written by a language model: none is set up here (offline stand-in)."


def stand_in_reply(keys: Mapping[str, str]) -> str:
    """Return a reply: `{"standIn": true, "response", …}`, and a text for each key that is read from it."""
    return json.dumps({"standIn": True, "response": SENTENCE} | dict(keys), ensure_ascii=False)
