"""What this app refuses, each with a code, an HTTP status and a sentence. The API turns them into problem details."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A request that is not carried out. `message` says what, which, and what to do."""

    code = "refused"
    status = 400

    def __init__(self, message: str, *, code: str | None = None, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.extra = extra


class Invalid(Refused):
    """What was sent can't be read or does not fit."""

    code = "invalid"


class NotAllowed(Refused):
    """The person may see the thing, but not do this with it."""

    code = "not-allowed"
    status = 403


class NotFound(Refused):
    """It does not exist, or not for this person."""

    code = "not-found"
    status = 404


class Conflict(Refused):
    """Somebody else was first, or the state does not admit it."""

    code = "conflict"
    status = 409
