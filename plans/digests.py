"""Digests of JSON values."""

from __future__ import annotations

import hashlib
import json


def digest_of(value: object) -> str:
    """Return SHA-256, in hex, of the compact JSON text with keys in their order (plan language 2.2)."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
