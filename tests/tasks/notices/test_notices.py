"""Who is told of what, and how: rows, e-mails that go out once, digests, and links that are no rights."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as outside
from django.core import signing
from django.utils import timezone

from activities import delivery, timers
from activities.models import Outbox
from activities.sweep import sweep
from plans.errors import Invalid
from plans.models import Organization, Person
from tasks import approvals, asking, services
from tasks.models import NoticeSettings, Notification, Task
from tasks.notices import links, mail, settings, telling
from tests import builders
from tests.tasks import running

pytestmark = pytest.mark.django_db


def told(kind: str | None = None) -> list[tuple[str, str]]:
    """Return who was told what."""
    rows = Notification.objects.filter(kind=kind) if kind else Notification.objects.all()
    return sorted(rows.values_list("person__username", "kind"))


def deliver() -> list[Any]:
    """Deliver all that waits; return the e-mails."""
    for activity in Outbox.objects.filter(delivered_at=None).values_list("activity", flat=True).distinct():
        delivery.deliver(activity)
    return outside.outbox


def want(person: Person, **ways: str) -> None:
    """Let the person want to hear of kinds so."""
    settings.choose(person, ways)


def test_approvers_are_told_that_they_are_asked(ann, fay, max_, rita):
    running.approval_task(by=fay)  # fay is barred: it is her own request

    assert told() == [("max", "ASSIGNED")]


def test_who_is_given_a_task_is_told_and_who_gives_it_is_not(ann, rita, task):
    services.assign(task, by=ann, to=rita)
    services.assign(task, by=ann, to=ann)

    assert told() == [("rita", "ASSIGNED")]


def test_members_are_told_that_they_are_mentioned(ann, ben, cy, rita, task):
    services.comment(task, by=ann, text="@rita and @ben@northwind.example. Not x@cy or @cy or @ann!")

    assert told() == [("ben", "MENTIONED"), ("rita", "MENTIONED")]


def test_who_is_asked_and_who_gets_the_answer_is_told(ann, fay, approval):
    asking.ask(approval, by=fay, text="Why?")
    asking.answer(approval, by=ann, text="Because")

    assert told("MENTIONED") == [("ann", "MENTIONED"), ("fay", "MENTIONED")]


def test_the_requester_is_told_of_the_decision(ann, fay, approval):
    approvals.decide(approval, by=fay, outcome="approved")

    assert told("DECIDED") == [("ann", "DECIDED")]
    assert Notification.objects.get(kind="DECIDED").text == "approved"


def test_those_whose_task_is_due_are_told_and_those_who_are_asked_then(ann, rita):
    builders.person("boss", "reviewer", "boss", project=builders.project())
    promise = {"dueInHours": 10, "remindBeforeHours": 4, "escalateAfterHours": 2, "escalateTo": "boss"}
    task = running.review_task(by=ann, metadata=promise | {"candidates": {"people": ["rita"]}})

    for hours in (7, 11, 13, 14):
        timers.fire(task.activity_id, at=task.created_at + timedelta(hours=hours))

    assert told() == [("boss", "ESCALATED"), ("rita", "ASSIGNED"), ("rita", "DUE"), ("rita", "DUE")]


def test_an_approval_that_is_due_tells_who_has_not_decided(ann, fay, max_):
    task = running.approval_task(by=ann, quorum=2, dueInHours=1)
    approvals.decide(task, by=fay, outcome="approved")

    timers.fire(task.activity_id, at=timezone.now() + timedelta(hours=2))

    assert told("DUE") == [("max", "DUE")]


@pytest.mark.parametrize(
    ("way", "rows", "mails", "waits"),
    [("mail", 1, 1, False), ("digest", 1, 0, True), ("page", 1, 0, False), ("off", 0, 0, False)],
)
def test_each_person_hears_of_it_as_they_want(ann, rita, task, way, rows, mails, waits):
    want(rita, MENTIONED=way)

    services.comment(task, by=ann, text="@rita")

    assert len(told()) == rows
    assert len(deliver()) == mails
    assert Notification.objects.filter(digest_at__isnull=False).exists() == waits


@pytest.mark.parametrize("ways", [{"MENTIONED": "shout"}, {"SINGING": "mail"}])
def test_there_are_no_other_ways(rita, ways):
    with pytest.raises(Invalid):
        settings.choose(rita, ways)


def test_an_e_mail_is_text_and_html_and_can_be_ended(ann, rita, task):
    services.comment(task, by=ann, text="<b>look</b> @rita")

    (message,) = deliver()

    stop = message.extra_headers["List-Unsubscribe"].strip("<>")
    html, kind = message.alternatives[0]
    assert (message.to, message.subject) == (["rita@northwind.example"], f"Mentioned: {task.title}")
    assert "<b>look</b> @rita" in message.body
    assert "&lt;b&gt;look&lt;/b&gt;" in html
    assert kind == "text/html"
    assert stop in message.body
    assert stop in html
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "\n" not in message.subject


def test_an_e_mail_goes_out_once_however_often_it_is_delivered(ann, rita, task):
    services.comment(task, by=ann, text="@rita")

    deliver()
    Outbox.objects.update(delivered_at=None, due_at=timezone.now() - timedelta(minutes=5))
    sweep()

    assert len(outside.outbox) == 1
    assert Notification.objects.get().mailed_at is not None


def test_of_two_who_deliver_at_once_one_sends(ann, rita, task, monkeypatch):
    services.comment(task, by=ann, text="@rita")
    row = Outbox.objects.get(kind="mail-notices")
    whole = mail.message_of

    def while_another_delivers(*args: Any, **keys: Any) -> Any:
        monkeypatch.setattr(mail, "message_of", whole)
        delivery._deliver(row.pk)  # it had listed the row before the first one took it
        return whole(*args, **keys)

    monkeypatch.setattr(mail, "message_of", while_another_delivers)
    delivery.deliver(row.activity_id)

    assert len(outside.outbox) == 1


def test_an_e_mail_that_did_not_go_out_is_tried_again(ann, rita, task, monkeypatch):
    services.comment(task, by=ann, text="@rita")

    def out(*_args: Any, **_keys: Any) -> None:
        raise ConnectionRefusedError("the mail server is out")

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", out)
        deliver()
    stood = Outbox.objects.get(kind="mail-notices")
    Outbox.objects.update(due_at=timezone.now() - timedelta(seconds=5))
    sweep()

    assert (stood.delivered_at, stood.error) == (None, "the mail server is out")
    assert [message.to for message in outside.outbox] == [["rita@northwind.example"]]


def test_what_is_done_or_no_longer_wanted_is_not_sent(ann, fay, max_):
    task = running.approval_task(by=ann)
    want(fay, ASSIGNED="page")
    approvals.decide(task, by=fay, outcome="approved")

    assert [message.subject.split(":")[0] for message in deliver()] == ["Decided"]


def test_people_who_left_are_not_written_to(ann, rita, task):
    services.comment(task, by=ann, text="@rita")
    Person.objects.filter(pk=rita.pk).update(is_active=False)

    assert deliver() == []


def test_a_digest_is_one_e_mail_and_goes_out_once_after_an_outage(ann, rita, task):
    want(rita, MENTIONED="digest")
    for text in ("@rita one", "@rita two"):
        services.comment(task, by=ann, text=text)
    early = mail.send_digests(timezone.now() - timedelta(days=1))
    late = [mail.send_digests(timezone.now() + timedelta(days=3)) for _round in range(2)]

    messages = deliver()

    assert (early, late) == (0, [1, 0])
    assert [message.subject for message in messages] == ["2 notices"]
    assert "@rita one" in messages[0].body
    assert "@rita two" in messages[0].body


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-18T06:00", "2026-11-18T08:00"),
        ("2026-11-18T08:00", "2026-11-19T08:00"),
        ("2026-03-28T20:00", "2026-03-29T08:00"),
        ("2026-10-24T20:00", "2026-10-25T08:00"),
    ],
)
def test_the_digest_is_at_eight_on_the_wall(ann, at, expected):
    Organization.objects.update(time_zone="Europe/Berlin")
    berlin = ZoneInfo("Europe/Berlin")

    found = telling.next_digest(
        builders.organization().pk, datetime.fromisoformat(at).replace(tzinfo=berlin).astimezone(UTC)
    )

    assert found == datetime.fromisoformat(expected).replace(tzinfo=berlin)


def path_in(text: str, beginning: str) -> str:
    """Return the path of the first link in the text that begins so."""
    found = re.search(rf"http://[^/]+({beginning}\S+)", text)
    assert found is not None
    return found[1]


def test_unsubscribing_takes_no_sign_in(client, ann, rita, task):
    services.comment(task, by=ann, text="@rita")
    path = path_in(deliver()[0].body, "/notices/unsubscribe/")

    asked = client.get(path)
    before = settings.of(rita).way("MENTIONED")
    done = client.post(path, {"List-Unsubscribe": "One-Click"})

    assert (asked.status_code, done.status_code) == (200, 200)
    assert (before, settings.of(rita).way("MENTIONED"), settings.of(rita).way("DUE")) == (
        "mail",
        "page",
        "mail",
    )


def test_a_digest_ends_all_e_mails(client, ann, rita, task):
    want(rita, MENTIONED="digest", DUE="off")
    for text in ("@rita one", "@rita two"):
        services.comment(task, by=ann, text=text)
    mail.send_digests(timezone.now() + timedelta(days=3))

    client.post(path_in(deliver()[0].body, "/notices/unsubscribe/"))

    ways = {kind: settings.of(rita).way(kind) for kind in Notification.Kind.values}
    assert ways == dict.fromkeys(Notification.Kind.values, "page") | {"DUE": "off"}


def test_the_link_of_an_approval_asks_to_sign_in_and_leads_to_the_decision_once(client, ann, fay):
    task = running.approval_task(by=ann)
    path = path_in(deliver()[0].body, "/notices/decide/")

    stranger = client.get(path)
    client.force_login(fay)
    first, again = client.get(path), client.get(path)

    assert stranger["Location"].startswith("/accounts/login/?next=/notices/decide/")
    assert first["Location"] == f"/tasks/{task.pk}/"
    assert again.status_code == 410
    assert Task.objects.get(pk=task.pk).is_open  # looking decides nothing
    assert Notification.objects.get(person=fay).read_at is not None


def test_the_link_is_of_use_to_nobody_else(client, ann, fay, max_, rita, cy):
    running.approval_task(by=ann)
    path = path_in(deliver()[0].body, "/notices/decide/")
    receiver = deliver()[0].to[0].split("@")[0]

    for person in (ann, rita, cy, max_ if receiver == "fay" else fay):
        client.force_login(person)
        assert client.get(path).status_code == 404
    assert not Notification.objects.filter(link_used_at__isnull=False).exists()


def test_a_link_gives_no_right_that_was_taken(client, ann, fay):
    task = running.approval_task(by=ann)
    path = path_in(deliver()[0].body, "/notices/decide/")
    fay.memberships.all().delete()
    client.force_login(fay)

    assert client.get(path).status_code == 404
    assert client.post(f"/tasks/{task.pk}/decide/", {"outcome": "approved"}).status_code == 404


def test_an_old_link_leads_nowhere(ann, fay, monkeypatch):
    running.approval_task(by=ann)
    token = path_in(deliver()[0].body, "/notices/decide/").rstrip("/").rpartition("/")[2]
    notice = links.invited(token, person=fay)
    monkeypatch.setattr(links, "DECIDE_SECONDS", -1)

    assert notice is not None
    assert links.invited(token, person=fay) is None


@pytest.mark.parametrize("made_up", [["x"], [1, "ALL"], 5, [10**9, "DUE"], "ann"])
def test_a_token_with_other_contents_is_no_token(ann, made_up):
    assert links.read_unsubscribe(signing.dumps(made_up, salt=links.UNSUBSCRIBE)) is None


def test_a_token_of_one_use_is_none_of_another(ann, rita, task):
    services.comment(task, by=ann, text="@rita")
    notice = Notification.objects.get()

    decide = signing.dumps([rita.pk, "DUE"], salt=links.DECIDE)
    stop = signing.dumps(notice.pk, salt=links.UNSUBSCRIBE)

    assert links.read_unsubscribe(decide) is None
    assert links.invited(stop, person=rita) is None


def test_the_bell_counts_what_is_not_read(client, ann, rita, task):
    for text in ("@rita one", "@rita two"):
        services.comment(task, by=ann, text=text)
    client.force_login(rita)
    first = Notification.objects.earliest("pk")

    unread = client.get("/notices/").content.decode()
    opened = client.get(f"/notices/{first.pk}/")
    after = settings.unread(rita)
    client.post("/notices/read/")

    assert "data-notices-unread>2<" in unread
    assert unread.count("data-unread") == 2
    assert opened["Location"] == f"/tasks/{task.pk}/"
    assert (after, settings.unread(rita)) == (1, 0)


def test_notices_of_others_are_not_there(client, ann, ben, rita, task):
    services.comment(task, by=ann, text="@rita")
    client.force_login(ben)

    assert client.get(f"/notices/{Notification.objects.get().pk}/").status_code == 404
    assert task.title not in client.get("/notices/").content.decode()


def test_a_person_chooses_on_a_page(client, rita):
    client.force_login(rita)
    chosen = dict.fromkeys(Notification.Kind.values, "page") | {"DUE": "digest"}

    answer = client.post("/notices/settings/", chosen, follow=True)
    wrong = client.post("/notices/settings/", chosen | {"DUE": "loud"})

    assert answer.status_code == 200
    assert NoticeSettings.objects.get(person=rita).ways == chosen
    assert wrong.status_code == 400


def test_the_list_takes_the_same_queries_for_many(client, ann, rita, task, django_assert_max_num_queries):
    for number in range(30):
        services.comment(task, by=ann, text=f"@rita {number}")
    client.force_login(rita)

    with django_assert_max_num_queries(25):
        client.get("/notices/")
