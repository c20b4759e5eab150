"""The inbox's lists: what is on them, what narrows and orders them, what is news, and filters that are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks import approvals, delegation, filters, inbox, services
from tasks.models import Candidate, SavedFilter, Task, Team, TeamMember
from tests import builders
from tests.tasks import running

DONE = {"supplier": "A", "total": 1}


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


def for_team(task, *members, slug="desk"):
    team, _made = Team.objects.get_or_create(
        organization=builders.organization(), slug=slug, defaults={"name": "Desk"}
    )
    for member in members:
        TeamMember.objects.get_or_create(team=team, person=member)
    Candidate.objects.filter(task=task).delete()
    Candidate.objects.create(task=task, team=team)
    return task


def found(person, project, **query):
    which = inbox.wanted({key: str(value) for key, value in query.items()}, operates=False)
    return list(inbox.chosen(person, project, which))


def news(client, since, *shown, **query):
    texts = [f"{task.pk}:{task.change_sequence}" for task in shown]
    sent = query | {"since": since.isoformat(), "shown": ",".join(texts)}
    return client.get("/inbox/news/", sent).json()


def test_every_list_holds_what_it_says(project, ann, rita, fay):
    role = running.review_task(by=ann)
    team = for_team(running.review_task(by=ann), rita)
    mine = services.claim(running.review_task(by=ann), by=rita)
    for_team(running.review_task(by=ann), fay, slug="another")
    gate = running.approval_task(by=ann)

    assert found(rita, project, show="mine") == [mine]
    assert found(rita, project, show="teams") == [team]
    assert found(rita, project, show="roles") == [role, mine]
    assert found(rita, project, show="unassigned") == [role, team]
    assert found(fay, project, show="approvals") == [gate]
    counts = {"all": 3, "mine": 1, "teams": 1, "roles": 2, "unassigned": 2, "approvals": 0}
    assert inbox.counts(rita, project) == counts
    assert inbox.counts(ann, project, operates=True)["everybody"] == 5


def test_what_is_delegated_to_a_person_is_on_their_own_list(project, ann, rita):
    deputy = builders.person("dora", "reviewer", project=project)
    task = services.claim(running.review_task(by=ann), by=rita)
    assert found(deputy, project) == []

    delegation.delegate(task, by=rita, to=deputy)

    assert found(deputy, project, show="mine") == [task]
    assert inbox.counts(deputy, project)["mine"] == 1


def test_two_teams_count_a_task_once(project, ann, rita):
    task = for_team(running.review_task(by=ann), rita)
    other = Team.objects.create(organization=builders.organization(), slug="other", name="Other")
    TeamMember.objects.create(team=other, person=rita)
    Candidate.objects.create(task=task, team=other)

    assert inbox.counts(rita, project)["teams"] == 1
    assert found(rita, project, show="teams") == [task]


def test_orders(project, ann, rita):
    first = running.review_task(by=ann, priority="low")
    second = running.review_task(by=ann, priority="high")
    third = running.review_task(by=ann)
    now = timezone.now()
    for task, hours in ((second, 3), (third, 1)):
        Task.objects.filter(pk=task.pk).update(due_at=now + timedelta(hours=hours))
    for task, minutes in ((first, 3), (second, 2), (third, 1)):
        Task.objects.filter(pk=task.pk).update(created_at=now - timedelta(minutes=minutes))

    assert found(rita, project) == [second, third, first]
    assert found(rita, project, sort="due") == [third, second, first]
    assert found(rita, project, sort="oldest") == [first, second, third]
    assert found(rita, project, sort="newest") == [third, second, first]
    assert found(rita, project, sort="nonsense") == [second, third, first]


def test_what_narrows_a_list(project, ann, rita):
    task = running.review_task(by=ann)
    late = running.review_task(by=ann, title="Look at 100% of _it_")
    Task.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1), template="other")

    assert found(rita, project, q="acme") == [task]
    assert found(rita, project, q="100% of _it") == [late]
    assert found(rita, project, q="%") == [late]
    assert found(rita, project, q="no\x00where") == []
    assert found(rita, project, overdue=1) == [late]
    assert found(rita, project, template="other") == [late]
    assert set(found(rita, project, plan="invoices")) == {task, late}
    assert found(rita, project, plan="elsewhere") == []
    assert set(found(rita, project, role="reviewer")) == {task, late}
    assert found(rita, project, role="finance-manager") == []


def test_everybodys_tasks_are_for_operators(as_, project, ann, rita, fay):
    running.approval_task(by=ann)

    assert 'class="row-link"' not in as_(rita).get("/inbox/?show=everybody").content.decode()
    assert 'class="row-link"' in as_(ann).get("/inbox/?show=everybody").content.decode()


def test_every_list_and_filter_takes_a_fixed_number_of_queries(as_, ann, django_assert_max_num_queries):
    for _number in range(6):
        running.review_task(by=ann)
    client = as_(ann)
    client.get("/inbox/")

    for show in (*inbox.LISTS, inbox.EVERYBODY, inbox.DONE):
        for query in ("", "&q=acme&plan=invoices&template=review&role=reviewer&overdue=1&sort=due"):
            with django_assert_max_num_queries(18):
                assert client.get(f"/inbox/?show={show}{query}").status_code == 200


def test_news_tell_who_has_taken_a_row_and_what_is_new(as_, ann, rita):
    claimed, finished, withdrawn, stays = (running.review_task(by=ann) for _ in range(4))
    since = timezone.now() + inbox_margin()
    services.claim(claimed, by=ann)
    services.complete(finished, by=ann, action="approve", data=DONE)
    services.withdraw(withdrawn.activity_id, withdrawn.position, reason="Sent twice")

    told = news(as_(rita), since, claimed, finished, withdrawn, stays)

    assert {row["id"]: row["text"] for row in told["gone"]} == {
        str(claimed.pk): "Ann has claimed it",
        str(finished.pk): "Ann: Approve",
        str(withdrawn.pk): "Withdrawn: Sent twice",
    }
    assert (told["rows"], told["new"], told["counts"]["all"]) == ([], 0, 1)


def inbox_margin():
    """Return how much later than a page an event is old, whatever its commit took."""
    from tasks.views.inbox import COMMIT_TAKES

    return COMMIT_TAKES


def test_news_count_what_has_come_and_draw_what_has_changed(as_, ann, rita):
    shown = running.review_task(by=ann)
    since = timezone.now() + inbox_margin()
    services.claim(shown, by=rita)
    assert news(as_(rita), since, shown)["new"] == 0

    since = timezone.now()
    come = running.review_task(by=ann)
    told = news(as_(rita), since, shown)

    assert told["new"] == 1
    assert [row["id"] for row in told["rows"]] == [str(shown.pk)]
    assert "Mine" in told["rows"][0]["html"]
    assert news(as_(rita), since, services.fresh(shown), come)["new"] == 0


def test_news_of_a_narrowed_list_are_of_that_list(as_, ann, rita):
    since = timezone.now()
    running.review_task(by=ann)

    assert news(as_(rita), since, q="acme")["new"] == 1
    assert news(as_(rita), since, q="nowhere")["new"] == 0
    assert news(as_(rita), since, show="everybody")["new"] == 1  # which is the list for her


def test_news_of_my_own_decision(as_, project, ann, fay, max_):
    gate = running.approval_task(by=ann, quorum=2)
    since = timezone.now()
    approvals.decide(gate, by=fay, outcome="approved")

    told = news(as_(fay), since, gate)

    assert told["gone"] == [{"id": str(gate.pk), "text": "You have decided; others are asked as well"}]


def test_news_take_the_same_queries_for_one_and_for_many(as_, ann, rita, django_assert_max_num_queries):
    tasks = [running.review_task(by=ann) for _number in range(8)]
    client, since = as_(rita), timezone.now()
    for task in tasks[:4]:
        services.claim(task, by=rita)

    with django_assert_max_num_queries(12):
        assert len(news(client, since, *tasks)["rows"]) == 4


@pytest.mark.parametrize("shown", ["x", "x:1", ":", "00000000-0000-4000-8000-000000000000:x", ",,"])
def test_news_ignore_what_they_cannot_read(as_, rita, shown):
    for since in ("", "yesterday", "2026-13-45T00:00:00Z", "2026-01-01T00:00:00"):
        answer = as_(rita).get("/inbox/news/", {"since": since, "shown": shown})
        assert answer.status_code == 200
        assert "counts" in answer.json()


def test_tasks_of_others_tell_nothing(as_, ann, rita, cy, project):
    elsewhere = builders.project("elsewhere")
    builders.person("cy", "reviewer", project=elsewhere)
    task = running.review_task(by=ann)

    told = news(as_(cy), timezone.now(), task)

    assert told["gone"] == [{"id": str(task.pk), "text": "No longer visible to you"}]


def test_a_filter_is_kept_shown_and_forgotten(as_, rita, ann, project):
    client = as_(rita)
    sent = {"name": "  Late   ones ", "query": "overdue=1&page=3&show=mine&next=//evil&q="}

    answer = client.post("/inbox/filters/", sent)

    kept = SavedFilter.objects.get()
    assert (kept.person, kept.project, kept.name, kept.query) == (
        rita,
        project,
        "Late ones",
        "show=mine&overdue=1",
    )
    assert answer.headers["Location"] == "/inbox/?show=mine&overdue=1"
    page = client.get("/inbox/?show=mine&overdue=1").content.decode()
    assert 'href="?show=mine&amp;overdue=1" aria-current="true"' in page
    assert as_(ann).post(f"/inbox/filters/{kept.pk}/delete/").status_code == 404
    assert "Late ones" not in as_(ann).get("/inbox/").content.decode()
    assert as_(rita).post(f"/inbox/filters/{kept.pk}/delete/").status_code == 302
    assert not SavedFilter.objects.exists()


def test_a_name_that_is_taken_gets_the_new_filter(rita, project):
    filters.save(rita, project, name="Late", query="overdue=1")
    filters.save(rita, project, name="Late", query="overdue=1&sort=due")

    assert SavedFilter.objects.get().query == "sort=due&overdue=1"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": " ", "query": ""}, "takes a name"),
        ({"name": "x" * 81, "query": ""}, "takes a name"),
        ({"name": "Long", "query": "q=" + "x" * 1001}, "too long"),
    ],
)
def test_a_filter_that_cannot_be_kept_is_refused_in_words(as_, rita, project, sent, said):
    answer = as_(rita).post("/inbox/filters/", sent, follow=True)

    assert said in answer.content.decode()
    assert not SavedFilter.objects.exists()


def test_a_person_keeps_so_many_filters_and_no_more(rita, project, monkeypatch):
    monkeypatch.setattr(filters, "MOST", 1)
    filters.save(rita, project, name="One", query="")

    with pytest.raises(filters.Conflict):
        filters.save(rita, project, name="Two", query="")
    filters.save(rita, project, name="One", query="show=mine")


def test_the_pane_holds_the_task_and_no_frame(as_, task, approval, rita, fay):
    beside = as_(rita).get(f"/tasks/{task.pk}/", headers={"X-Pane": "1"}).content.decode()
    closed = as_(rita).post(
        f"/tasks/{task.pk}/finish/",
        {"data/supplier": "Acme", "data/total": "1", "data/currency": "EUR", "action": "approve"},
        headers={"X-Pane": "1"},
    )
    decided = as_(fay).post(f"/tasks/{approval.pk}/decide/", {"outcome": "approved"}, headers={"X-Pane": "1"})

    assert "data-pane" in beside
    assert "data-ends" in beside
    assert "<html" not in beside
    for answer, said in ((closed, "Done: Approve."), (decided, "Decided: approved.")):
        assert answer.status_code == 200
        assert f'data-said="{said}"' in answer.content.decode()


def test_a_refusal_in_the_pane_keeps_what_was_typed(as_, task, rita):
    answer = as_(rita).post(
        f"/tasks/{task.pk}/finish/",
        {"data/supplier": "Acme", "action": "reject", "comment": ""},
        headers={"X-Pane": "1"},
    )

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "<html" not in page
    assert 'value="Acme"' in page
    assert 'id="comment-error"' in page
