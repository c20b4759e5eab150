"""The page of the working time, and where tasks stand on pages and in the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tasks.models import BusinessCalendar, Task
from tests import builders
from tests.tasks import running

pytestmark = pytest.mark.django_db
TYPED = {"zone": "Europe/Berlin", "monday": "08:00-16:00", "holidays": "2026-12-25 Christmas Day"}


def test_an_administrator_sets_the_working_time(client, ann):
    client.force_login(ann)

    answer = client.post("/working-time/", TYPED, follow=True)

    builders.organization().refresh_from_db()
    kept = BusinessCalendar.objects.get()
    assert answer.status_code == 200
    assert (kept.hours["monday"], kept.hours["tuesday"], kept.organization.time_zone) == (
        "08:00-16:00", "", "Europe/Berlin",
    )  # fmt: skip
    assert b"08:00-16:00" in answer.content


def test_what_was_typed_wrong_stays_typed(client, ann):
    client.force_login(ann)

    answer = client.post("/working-time/", TYPED | {"friday": "8 to 4"})

    assert answer.status_code == 400
    assert "Friday: “8 to 4”".replace("“", "&quot;").replace("”", "&quot;") in answer.content.decode()
    assert 'value="8 to 4"' in answer.content.decode()
    assert not BusinessCalendar.objects.exists()


def test_reviewers_do_not_set_the_working_time(client, rita):
    client.force_login(rita)

    assert client.post("/working-time/", TYPED).status_code == 403


@pytest.mark.parametrize(("hours", "standing"), [(9, "on-time"), (2, "due-soon"), (-1, "overdue")])
def test_page_list_and_api_say_where_a_task_stands(client, ann, rita, hours, standing):
    task = running.review_task(by=ann, metadata={"dueInHours": 10})
    due = timezone.now() + timedelta(hours=hours)
    Task.objects.filter(pk=task.pk).update(due_at=due, soon_at=due - timedelta(hours=3))
    client.force_login(rita)

    pages = [client.get(address).content.decode() for address in (f"/tasks/{task.pk}/", "/inbox/")]

    assert all(f'data-standing="{standing}"' in page for page in pages)
    assert client.get(f"/api/tasks/{task.pk}").json()["standing"] == standing
