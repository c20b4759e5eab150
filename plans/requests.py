"""What doors ask of a request: who sent it, and what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.request import Request

from plans.errors import Invalid
from plans.models import Person

ROW_IDS: Final = 2**63 - 1  # a larger number is the id of no row, and no database could look for it


def person_of(request: HttpRequest | Request) -> Person:
    """Return who is signed in; doors that are open to others do not ask."""
    assert isinstance(request.user, Person)
    return request.user


def body_of(request: Request) -> Mapping[str, Any]:
    """Return the body of an API request as an object; raise Invalid for a list or a bare value."""
    sent: Any = request.data
    if not isinstance(sent, Mapping):
        raise Invalid(_("the body must be an object in { }"), code="invalid-body")
    return sent
