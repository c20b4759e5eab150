"""Who comes in, and what those see who may not."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import acts
from tests.browser.conftest import Visit
from tests.support.programs import EmbeddedServer, manage

pytestmark = pytest.mark.browser

MAKE_CY = (
    "from plans.models import Person; "
    "Person.objects.create_user('cy', 'cy@elsewhere.example', 'secret-of-cy', first_name='Cy')"
)


def test_a_wrong_password_is_told_at_the_form(visit: Visit) -> None:
    page = visit()

    acts.sign_in(page, "olivia", "guessed")

    expect(page.get_by_role("alert")).to_contain_text("password you specified are not correct")
    expect(page.get_by_label("User name or e-mail")).to_have_value("olivia")


def test_a_newcomer_finds_the_people_of_the_demo_at_the_door(visit: Visit) -> None:
    page = visit()
    page.goto("/plans/")

    page.get_by_role("button", name="Olivia Ortega").click()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Plans")).to_be_visible()


def test_a_strangers_page_is_not_there(visit: Visit, server: EmbeddedServer) -> None:
    olivia = visit("olivia")
    activity = acts.start_invoice(olivia, take=["fabrikam-office-FO-2026-1041.pdf"])
    manage("shell", "-c", MAKE_CY, environment={"DATA": str(server.data)})
    cy = visit()
    acts.sign_in(cy, "cy", "secret-of-cy")
    acts.signed_in(cy)
    expect(cy.get_by_text("You are not a member of any project yet")).to_be_visible()

    answer = cy.goto(activity)

    assert answer is not None
    assert answer.status == 404
    expect(cy.get_by_role("heading")).to_have_text("There is nothing at this address")
    expect(cy.locator("body")).not_to_contain_text("fabrikam")
