"""Idempotency keys over a session, where the CSRF check reads the request before anybody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.test import Client

from tests.builders import document

if TYPE_CHECKING:
    from plans.models import Person

KEY = {"Idempotency-Key": "k-1"}
JSON = "application/json"


def test_a_repeat_gets_the_first_answer(knock: Callable[[Person], Client], ann: Person) -> None:
    program = knock(ann)
    first = program.post("/api/activity-plans", document(), content_type=JSON, headers=KEY)

    again = program.post("/api/activity-plans", document(), content_type=JSON, headers=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()


def test_a_key_with_another_body_is_refused(knock: Callable[[Person], Client], ann: Person) -> None:
    program = knock(ann)
    program.post("/api/activity-plans", document(), content_type=JSON, headers=KEY)

    answer = program.post("/api/activity-plans", document(slug="other"), content_type=JSON, headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert answer.headers["Content-Type"] == "application/problem+json"
