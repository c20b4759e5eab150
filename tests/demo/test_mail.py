"""E-mails of the embedded server become a page of the demo."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMultiAlternatives

from config.demo.mail import Pages
from config.demo.models import Erp, Mail
from plans.models import Person, Project
from tests import builders

pytestmark = pytest.mark.django_db


def written(to: str, subject: str = "Due: Review") -> EmailMultiAlternatives:
    """Return an e-mail with both shapes."""
    message = EmailMultiAlternatives(
        subject, "plain", None, [to], headers={"List-Unsubscribe": "<http://x/>"}
    )
    message.attach_alternative("<p>rich</p>", "text/html")
    return message


def test_an_e_mail_is_kept_whole() -> None:
    assert Pages().send_messages([written("ann@northwind.example")]) == 1

    kept = Mail.objects.get()
    assert (kept.to, kept.subject, kept.text, kept.html, kept.headers) == (
        "ann@northwind.example", "Due: Review", "plain", "<p>rich</p>", {"List-Unsubscribe": "<http://x/>"},
    )  # fmt: skip


def test_only_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.demo.mail.KEPT", 2)

    for number in range(4):
        Pages().send_messages([written("ann@northwind.example", str(number))])

    assert list(Mail.objects.values_list("subject", flat=True)) == ["3", "2"]


def test_people_of_the_demo_see_what_they_were_written(
    client, project: Project, ann: Person, cy: Person
) -> None:
    Erp.objects.create(organization=builders.organization(), address="127.0.0.1:8000", token_digest="x")
    Pages().send_messages([written(ann.email), written(cy.email, "Not for northwind")])
    client.force_login(ann)

    page = client.get("/demo/mail/").content.decode()
    client.force_login(cy)

    assert "Due: Review" in page
    assert "&lt;p&gt;rich&lt;/p&gt;" in page
    assert "Not for northwind" not in page
    assert client.get("/demo/mail/").status_code == 404
