"""The API of activities: who may, what comes back, and which refusal says what."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.models import Activity
from plans.models import Binding, Person, Project
from tests import builders
from tests.activities.running import FAILS, WAITS, World, acting, chain, document, fan, fresh, statuses

pytestmark = pytest.mark.django_db
URL = "/api/activities"
READS = ["", "/snapshot", "/events", "/steps", "/steps/s0", "/children"]
COMMANDS = [
    "/cancel",
    "/pause",
    "/resume",
    "/retry",
    "/replan",
    "/steps/s0/retry",
    "/steps/s0/rerun",
    "/steps/s0/skip",
]


@pytest.fixture
def activity(world: World, project: Project, ann: Person) -> Activity:
    """A chain whose first step waits for a person."""
    world.answers["s0"] = WAITS
    return world.play(world.start(*chain(3), by=ann))


def start_of(project: Project, **more: Any) -> dict[str, Any]:
    """Return the body that starts the plan `invoices`."""
    return {"activityPlanRef": "invoices", "projectId": project.pk} | more


# -- who may -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", READS)
def test_who_may_look_reads(
    activity: Activity, api: Any, ann: Person, ben: Person, cy: Person, path: str
) -> None:
    address = f"{URL}/{activity.pk}{path}"

    assert [api(person).get(address).status_code for person in (None, cy, ben, ann)] == [403, 404, 200, 200]


@pytest.mark.parametrize("path", COMMANDS)
def test_who_may_operate_commands(activity: Activity, api: Any, ben: Person, cy: Person, path: str) -> None:
    address = f"{URL}/{activity.pk}{path}"

    sent = {"reason": "x"} if path.endswith(("cancel", "skip")) else {}
    codes = [api(person).post(address, sent, format="json").status_code for person in (None, cy, ben)]

    assert codes == [403, 404, 403]
    assert (fresh(activity).status, fresh(activity).seq) == ("RUNNING", activity.seq)


def test_who_may_start_starts(
    world: World, project: Project, api: Any, ann: Person, ben: Person, cy: Person
) -> None:
    builders.plan(project)

    codes = [
        api(person).post(URL, start_of(project), format="json").status_code for person in (None, cy, ben, ann)
    ]

    assert codes == [403, 404, 403, 201]
    assert Activity.objects.count() == 1


def test_a_list_holds_what_one_may_see(activity: Activity, api: Any, ben: Person, cy: Person) -> None:
    assert [row["id"] for row in api(ben).get(URL).json()["results"]] == [str(activity.pk)]
    assert api(cy).get(URL).json()["results"] == []


# -- starting ----------------------------------------------------------------------------------------------------------


def test_a_start_answers_with_the_state(world: World, project: Project, api: Any, ann: Person) -> None:
    builders.plan(project, inputOptions=[{"name": "supplier", "type": "string"}])
    file = document("a.csv")
    body = start_of(
        project, inputs={"supplier": "Acme"}, documentFamilyIds=[str(file.pk)], title="Acme, November"
    )

    answer = api(ann).post(URL, body, format="json")

    assert answer.status_code == 201
    made = Activity.objects.get()
    assert (made.title, made.inputs, made.started_by) == ("Acme, November", {"supplier": "Acme"}, ann)
    assert [row.document for row in made.activity_documents.all()] == [file]
    assert answer.json()["snapshot"]["activity"]["status"] == answer.json()["status"] == "RUNNING"
    assert (answer.json()["id"], answer.json()["seq"]) == (str(made.pk), 1)


@pytest.mark.parametrize(
    "reference", ["invoices", "northwind/invoices", "activity-plan://northwind/invoices"]
)
def test_a_plan_is_named_in_three_ways(
    world: World, project: Project, api: Any, ann: Person, reference: str
) -> None:
    builders.plan(project)

    assert api(ann).post(URL, start_of(project, activityPlanRef=reference), format="json").status_code == 201


def test_a_start_that_is_sent_twice_starts_once(
    world: World, project: Project, api: Any, ann: Person
) -> None:
    builders.plan(project)
    headers = {"Idempotency-Key": "k1"}

    first, second = (api(ann).post(URL, start_of(project), format="json", headers=headers) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert Activity.objects.count() == 1
    other = api(ann).post(URL, start_of(project, title="another"), format="json", headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_a_start_that_was_refused_may_be_sent_again(
    world: World, project: Project, api: Any, ann: Person
) -> None:
    builders.plan(project)
    Binding.objects.all().delete()
    headers = {"Idempotency-Key": "k1"}
    assert api(ann).post(URL, start_of(project), format="json", headers=headers).status_code == 400

    builders.bind(project, "activity-plan", "invoices")

    assert api(ann).post(URL, start_of(project), format="json", headers=headers).status_code == 201


def unbound(body: dict[str, Any]) -> dict[str, Any]:
    Binding.objects.all().delete()
    return body


@pytest.mark.parametrize(
    ("change", "status", "code", "detail"),
    [
        (lambda body: body | {"activityPlanRef": "nope"}, 404, "not-found", ""),
        (lambda body: body | {"projectId": 987654}, 404, "not-found", ""),
        (lambda body: body | {"projectId": "x"}, 400, "invalid", ""),
        (lambda body: {"projectId": body["projectId"]}, 400, "invalid", ""),
        (unbound, 400, "plan-not-bound", 'activity-plan "invoices" is not bound to project {project}; '
         "create a project-resource binding first"),
        (lambda body: body | {"inputs": {}}, 400, "cannot-start", "missing required inputs: supplier"),
        (lambda body: body | {"inputs": [1]}, 400, "invalid", ""),
        (lambda body: body | {"documentFamilyIds": [str(uuid4())]}, 400, "unknown-documents", ""),
        (lambda body: body | {"documentFamilyIds": ["x"]}, 400, "invalid", ""),
        (lambda body: body | {"title": "x" * 301}, 400, "invalid", ""),
    ],
)  # fmt: skip
def test_a_start_that_is_wrong_says_what_is_wrong(
    project: Project, api: Any, ann: Person, change: Any, status: int, code: str, detail: str
) -> None:
    builders.plan(project, inputOptions=[{"name": "supplier", "type": "string", "required": True}])
    body = change(start_of(project, inputs={"supplier": "Acme"}))

    answer = api(ann).post(URL, body, format="json")

    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["detail"] == detail.format(project=project.pk) or not detail
    assert not Activity.objects.exists()


def test_all_findings_come_with_a_refused_start(project: Project, api: Any, ann: Person) -> None:
    options = [{"name": "total", "type": "number", "required": True}, {"name": "when", "type": "date"}]
    builders.plan(project, inputOptions=options)

    answer = api(ann).post(URL, start_of(project, inputs={"when": "yesterday"}), format="json")

    assert {finding["code"] for finding in answer.json()["findings"]} == {
        "missing-required-inputs",
        "invalid-inputs",
    }


# -- reading -----------------------------------------------------------------------------------------------------------


def test_events_come_after_a_number(activity: Activity, api: Any, ben: Person) -> None:
    got = api(ben).get(f"{URL}/{activity.pk}/events?after=1").json()["events"]

    assert [event["seq"] for event in got] == list(range(2, activity.seq + 1))


@pytest.mark.parametrize("after", ["abc", "-1", "²", "1.5", "9" * 30])
def test_a_number_that_is_none_is_refused(activity: Activity, api: Any, ben: Person, after: str) -> None:
    answer = api(ben).get(f"{URL}/{activity.pk}/events?after={after}")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_step_that_does_not_exist_is_not_there(activity: Activity, api: Any, ben: Person) -> None:
    answer = api(ben).get(f"{URL}/{activity.pk}/steps/nope")

    assert (answer.status_code, answer.json()["code"]) == (404, "step-unknown")


def test_a_step_shows_all_about_it(world: World, api: Any, ben: Person, project: Project) -> None:
    world.answers["a"] = FAILS
    step = acting("a", actions=["go"], executionPolicy={"maxAttempts": 2, "backoff": "immediate"})
    activity = world.play(world.start(step, builders.script("b", "a:go")))

    shown = api(ben).get(f"{URL}/{activity.pk}/steps/a").json()
    below = api(ben).get(f"{URL}/{activity.pk}/steps/b").json()

    assert (shown["status"], shown["attempt"], shown["error"]["message"]) == ("FAILED", 2, "it would not")
    assert [(kept["attempt"], kept["status"]) for kept in shown["attempts"]] == [(1, "FAILED")]
    assert (below["dependsOn"], below["blocked"]) == (["a:go"], True)
    assert below["why"] == "It is blocked by a (FAILED); retry or skip that step."


def test_a_fan_out_shows_its_documents(world: World, api: Any, ben: Person, project: Project) -> None:
    activity = world.play(world.start(fan("read"), documents=["a.csv", "b.csv"]))

    shown = api(ben).get(f"{URL}/{activity.pk}/steps/read").json()

    assert [(row["name"], row["status"]) for row in shown["documents"]] == [
        ("a.csv", "COMPLETED"),
        ("b.csv", "COMPLETED"),
    ]
    assert shown["result"] == {"documents": {"a.csv": {"by": "read"}, "b.csv": {"by": "read"}}}


def test_the_list_is_narrowed(world: World, api: Any, ben: Person, project: Project) -> None:
    world.answers["s0"] = FAILS
    failed = world.play(world.start(*chain(1), slug="one"))
    world.start(*chain(1), slug="two")

    def found(query: str) -> list[str]:
        return [row["id"] for row in api(ben).get(f"{URL}?{query}").json()["results"]]

    assert found("status=FAILED") == found("plan=one") == [str(failed.pk)]
    assert len(found(f"project={project.pk}")) == 2
    assert found("plan=three") == []


def test_the_list_costs_the_same_however_long_it_is(
    world: World, api: Any, ben: Person, project: Project
) -> None:
    plan = builders.plan(project)
    counts = []
    for number in (1, 9):
        for _ in range(number):
            world.start_plan(plan, by=ben)
        client = api(ben)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(URL).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_a_snapshot_of_two_thousand_steps(world: World, api: Any, ben: Person, project: Project) -> None:
    activity = world.start(*chain(2000))
    client = api(ben)
    client.get(f"{URL}/{activity.pk}/snapshot")

    with CaptureQueriesContext(connection) as captured:
        answer = client.get(f"{URL}/{activity.pk}/snapshot")

    assert len(answer.json()["steps"]) == 2000
    assert len(captured) <= 6


# -- steering ----------------------------------------------------------------------------------------------------------


def test_a_command_answers_with_the_new_state(activity: Activity, api: Any, ann: Person) -> None:
    answer = api(ann).post(f"{URL}/{activity.pk}/cancel", {"reason": "wrong file"}, format="json")

    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["seq"]) == ("CANCELLED", activity.seq + 1)
    assert {step["status"] for step in answer.json()["snapshot"]["steps"]} == {"CANCELLED"}
    told = activity.events.get(type="CancelRequested")
    assert (told.data, told.actor) == ({"reason": "wrong file"}, ann)


def test_a_second_cancel_is_a_conflict(activity: Activity, api: Any, ann: Person) -> None:
    api(ann).post(f"{URL}/{activity.pk}/cancel")

    answer = api(ann).post(f"{URL}/{activity.pk}/cancel")

    assert (answer.status_code, answer.json()["code"]) == (409, "command-refused")
    assert answer.json()["activityStatus"] == "CANCELLED"


def test_a_command_that_is_sent_twice_is_done_once(activity: Activity, api: Any, ann: Person) -> None:
    headers = {"Idempotency-Key": "cancel-1"}

    first, second = (api(ann).post(f"{URL}/{activity.pk}/cancel", headers=headers) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert activity.events.filter(type="CancelRequested").count() == 1


def test_the_verbs_do_what_they_say(world: World, api: Any, ann: Person, project: Project) -> None:
    world.answers["s0"] = FAILS
    activity = world.play(world.start(*chain(2)))
    client, base = api(ann), f"{URL}/{activity.pk}"

    def post(path: str, **body: Any) -> str:
        answer = client.post(f"{base}{path}", body, format="json")
        assert answer.status_code in (200, 201), answer.json()
        return str(answer.json()["status"])

    assert post("/steps/s0/retry") == "RUNNING"
    world.play(activity)
    assert post("/retry") == "RUNNING"
    assert post("/pause") == "PAUSED"
    assert post("/resume") == "RUNNING"
    world.play(activity)
    assert post("/steps/s0/skip", reason="by hand") == "RUNNING"
    world.play(activity)
    assert statuses(activity) == {"s0": "SKIPPED", "s1": "COMPLETED"}
    assert post("/steps/s0/rerun") == "RUNNING"
    assert post("/replan") == "RUNNING"
    assert fresh(activity).status == "REPLANNED"


def test_skipping_without_a_reason_is_refused(world: World, api: Any, ann: Person, project: Project) -> None:
    world.answers["s0"] = FAILS
    activity = world.play(world.start(*chain(1)))

    answer = api(ann).post(f"{URL}/{activity.pk}/steps/s0/skip", {}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (409, "reason-required")


@pytest.mark.parametrize("reason", ["x" * 2001, ["a"], {"a": 1}])
def test_a_reason_that_is_none_is_refused(activity: Activity, api: Any, ann: Person, reason: Any) -> None:
    answer = api(ann).post(f"{URL}/{activity.pk}/cancel", {"reason": reason}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert fresh(activity).status == "RUNNING"


# -- pages -------------------------------------------------------------------------------------------------------------


def test_who_may_look_sees_the_pages(
    activity: Activity, page: Any, ben: Person, cy: Person, ann: Person
) -> None:
    addresses = ["/activities/", f"/activities/{activity.pk}/"]

    codes = [
        [page(person).get(address).status_code for person in (None, cy, ben, ann)] for address in addresses
    ]

    assert codes[1] == [302, 404, 200, 200]
    assert [code for code in codes[0] if code not in (302, 403, 404)] == [200, 200]


def test_the_page_offers_what_one_may_do(activity: Activity, page: Any, ben: Person, ann: Person) -> None:
    def offered(person: Person) -> set[bool]:
        return set(page(person).get(f"/activities/{activity.pk}/").context["props"]["may"].values())

    assert (offered(ben), offered(ann)) == ({False}, {True})


def test_the_page_begins_with_the_snapshot_and_the_latest_events(
    activity: Activity, page: Any, ben: Person
) -> None:
    props = page(ben).get(f"/activities/{activity.pk}/").context["props"]

    assert props["snapshot"]["seq"] == props["events"][-1]["seq"] == activity.seq
    assert [step["slug"] for step in props["graph"]["steps"]] == ["s0", "s1", "s2"]
    assert props["socketUrl"] == f"/ws/activities/{activity.pk}/"


def test_the_list_page_is_narrowed_and_escaped(
    world: World, page: Any, ben: Person, project: Project
) -> None:
    plan = builders.plan(project, defaultTitleTemplate="<b>Acme</b>")
    world.start_plan(plan)
    client = page(ben)

    assert b"&lt;b&gt;Acme" in client.get("/activities/?q=acme").content
    assert list(client.get("/activities/?q=contoso").context["page"]) == []
    assert client.get("/activities/?status=NOPE&page=99&plan=x").status_code == 200


def test_the_list_page_costs_the_same_however_long_it_is(
    world: World, page: Any, ben: Person, project: Project
) -> None:
    plan = builders.plan(project)
    counts = []
    for number in (2, 20):
        for _ in range(number):
            world.start_plan(plan, by=ben)
        client = page(ben)
        client.get("/activities/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/activities/").status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]
