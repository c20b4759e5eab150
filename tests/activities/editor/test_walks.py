"""A walk through a plan in the editor: frames, people who are waited for, missing mocks, coverage."""

from __future__ import annotations

from typing import Any

import pytest

from plans.models import Person, Project, TaskStatus, TaskTemplate
from tests.activities.editor.conftest import Walk
from tests.builders import document, script

CATALOG = {
    "taskTemplates": {"review": {"actions": [{"slug": "approve", "label": "Approve"}, "reject"]}},
    "taskStatuses": {"put-away": {"statusType": "DONE", "name": "Put away"}},
    "serviceBridges": {
        "erp": {"baseUrl": "https://erp.example", "endpoints": [{"name": "post", "path": "/"}]}
    },
}
ROUTED = document(
    script(
        "route",
        body="return {action: inputs.amount > 100 ? 'review' : 'pass'};",
        config={
            "scriptBody": "return {action: inputs.amount > 100 ? 'review' : 'pass'};",
            "scriptActions": [{"slug": "review"}, {"slug": "pass"}],
        },
    ),
    {
        "slug": "review",
        "kind": "CREATE_TASK",
        "dependsOn": ["route:review"],
        "config": {"taskTemplateRef": "review"},
    },
    {
        "slug": "post",
        "kind": "BRIDGE_CALL",
        "dependsOn": ["route", "review?"],
        "conditionExpr": "steps.route.action = 'pass' or steps.review.action = 'approve'",
        "config": {
            "serviceBridgeRef": "erp",
            "endpointName": "post",
            "requestBody": {"total": "{{ inputs.amount }}"},
        },
    },
    test={"catalog": CATALOG},
)
POSTED = {
    "step": "post",
    "returns": {"outcome": "success", "result": {"_statusCode": 201, "_body": {"id": 7}}},
}


def decided(step: str, action: str, **more: Any) -> dict[str, Any]:
    return {"step": step, "returns": {"outcome": "success", "action": action, **more}}


def approval(slug: str = "gate", **config: Any) -> dict[str, Any]:
    return {"slug": slug, "kind": "APPROVAL", "config": {"approverRole": "approver", **config}}


def standing(walked: dict[str, Any]) -> dict[str, str]:
    """How the steps stand for a browser that has played all frames."""
    found: dict[str, str] = {}
    for frame in walked["frames"]:
        found |= {slug: change["status"] for slug, change in frame["changes"].items() if "status" in change}
    return found


def test_frames_tell_in_order_what_happened(walk: Walk) -> None:
    walked = walk(ROUTED, inputs={"amount": 500}, mocks=[decided("review", "reject"), POSTED])

    assert [frame["words"] for frame in walked["frames"]] == [
        "The activity starts",
        "route ends with review",
        "review ends with reject",
        "Condition of post is false: not taken; the activity is COMPLETED",
    ]
    assert walked["status"] == "COMPLETED"
    assert walked["steps"]["post"]["why"] == "Condition of post is false: not taken"
    assert standing(walked) == {slug: step["status"] for slug, step in walked["steps"].items()}


def test_a_walk_waits_for_the_author_with_the_actions_that_may_be_chosen(walk: Walk) -> None:
    walked = walk(ROUTED, inputs={"amount": 500})

    assert walked["status"] == "RUNNING"
    assert walked["waiting"] == [
        {
            "step": "review",
            "kind": "CREATE_TASK",
            "actions": [
                {"slug": "approve", "label": "Approve", "offered": True},
                {"slug": "reject", "label": "reject", "offered": True},
                {"slug": "put-away", "label": "Put away", "offered": True},
            ],
            "due": None,
            "overdue": False,
        }
    ]
    assert walked["frames"][-1]["words"] == "review waits for a person"
    assert walked["frames"][-1]["changes"]["review"] == {"status": "RUNNING", "waitingOn": "TASK"}
    assert walked["steps"]["post"]["why"] == "It waits for review."


def test_needs_info_is_offered_only_where_a_dependency_takes_it(walk: Walk) -> None:
    gate = document(approval())
    asks = document(approval(), script("again", "gate:needs-info"))

    offered = [
        {action["slug"]: action["offered"] for action in walk(plan)["waiting"][0]["actions"]}
        for plan in (gate, asks)
    ]

    assert offered == [
        {"approved": True, "rejected": True, "needs-info": False},
        {"approved": True, "rejected": True, "needs-info": True},
    ]


def test_a_step_without_a_mock_is_asked_for_with_what_it_was_called_with(walk: Walk) -> None:
    walked = walk(ROUTED, inputs={"amount": 5})

    assert walked["missing"] == [
        {
            "step": "post",
            "kind": "BRIDGE_CALL",
            "input": {"body": {"total": 5}},
            "why": 'step "post": a BRIDGE_CALL step touches the world and has no mock',
        }
    ]
    assert (walked["status"], walked["error"]) == ("RUNNING", None)
    assert walked["frames"][-1]["words"] == "post needs a mock"


def test_mocks_of_which_none_matches_are_asked_for_too(walk: Walk) -> None:
    other = {**POSTED, "when_input": {"body": {"total": 6}}}

    walked = walk(ROUTED, inputs={"amount": 5}, mocks=[other])

    assert [(entry["step"], entry["why"]) for entry in walked["missing"]] == [
        ("post", 'no mock of step "post" matches what it was called with')
    ]


def test_each_document_without_a_mock_is_asked_for(walk: Walk) -> None:
    reads = document(
        {"slug": "read", "kind": "EXECUTION", "config": {"moduleRef": "acme/read", "perDocument": True}},
        script("after", "read"),
    )
    of_a = {"step": "read", "document": "a.pdf", "returns": {"outcome": "success", "result": {"text": "A"}}}

    walked = walk(reads, documents=["a.pdf", "b.pdf", "c.pdf"], mocks=[of_a])

    assert [entry["document"] for entry in walked["missing"]] == ["b.pdf", "c.pdf"]
    assert {name: each["status"] for name, each in walked["steps"]["read"]["documents"].items()} == {
        "a.pdf": "COMPLETED",
        "b.pdf": "PENDING",
        "c.pdf": "PENDING",
    }
    assert walked["steps"]["after"]["status"] == "PENDING"


def test_a_bridge_that_a_script_calls_is_asked_for(walk: Walk) -> None:
    calls = document(
        script("ask", body="return serviceBridge.call('erp', 'post', {n: 1});"), test={"catalog": CATALOG}
    )

    walked = walk(calls)

    assert [(entry["step"], entry["bridge"], entry["endpoint"]) for entry in walked["missing"]] == [
        ("ask", "erp", "post")
    ]
    assert walk(calls, mocks=[{"bridge": "erp", "endpoint": "post", "returns": {"result": {"ok": True}}}])[
        "steps"
    ]["ask"]["result"] == {"ok": True}


def test_a_prompt_is_shown_where_a_model_has_no_mock(walk: Walk) -> None:
    asks = document({"slug": "ask", "kind": "LLM", "config": {"promptBody": "Is {{ inputs.what }} due?"}})

    walked = walk(asks, inputs={"what": "F-1"})

    assert [entry["input"] for entry in walked["missing"]] == [{"prompt": "Is F-1 due?"}]


def test_what_an_agent_would_be_asked_is_shown(walk: Walk) -> None:
    config = {"agentRuntimeRef": "helper", "prompt": "Find {{ inputs.what }}"}
    step = {"slug": "ask", "kind": "AGENT", "config": config, "input": {"n": 1}}
    asks = document(step, test={"catalog": {"agentRuntimes": {"helper": {}}}})

    walked = walk(asks, inputs={"what": "F-1"})

    assert [(entry["input"], entry["prompt"]) for entry in walked["missing"]] == [({"n": 1}, "Find F-1")]


def test_what_failed_says_so_and_what_comes_after_it_why_not(walk: Walk) -> None:
    fails = document(script("break", body="throw new Error('no invoice');"), script("after", "break"))

    walked = walk(fails)

    assert walked["frames"][-1]["words"] == "break fails: no invoice; the activity is FAILED"
    assert walked["steps"]["after"]["why"] == "It is blocked by break (FAILED); retry or skip that step."


def test_tries_are_told_one_by_one(walk: Walk) -> None:
    again = document(
        {
            "slug": "load",
            "kind": "EXECUTION",
            "config": {"moduleRef": "acme/load"},
            "executionPolicy": {"maxAttempts": 3, "backoffBaseSeconds": 1000},
        }
    )
    busy = {"outcome": "failed", "error": {"code": 503, "message": "busy"}}

    walked = walk(
        again, mocks=[{"step": "load", "returns": [busy, busy, {"outcome": "success", "result": 5}]}]
    )

    assert [frame["words"] for frame in walked["frames"]] == [
        "The activity starts",
        "load failed and will be tried again: busy",
        "load failed and will be tried again: busy",
        "load is done; the activity is COMPLETED",
    ]


def test_a_plan_with_errors_is_not_walked_through(walk: Walk) -> None:
    walked = walk(document(script("a", "b")))

    assert walked["status"] is None
    assert [finding["code"] for finding in walked["findings"]] == ["unknown-dep-slug"]
    assert (walked["frames"], walked["covered"]) == ([], {"steps": [], "edges": []})


def test_a_walk_goes_up_to_a_step(walk: Walk) -> None:
    walked = walk(ROUTED, inputs={"amount": 500}, until="route")

    assert walked["steps"]["route"]["result"] == {"action": "review"}
    assert walked["steps"]["review"] == {
        "status": "PENDING",
        "action": None,
        "result": None,
        "error": None,
        "why": "The walk stops after route.",
    }
    assert [frame["words"] for frame in walked["frames"]] == ["The activity starts", "route ends with review"]
    assert (walked["waiting"], walked["missing"]) == ([], [])
    assert walked["covered"] == {"steps": ["route"], "edges": []}


def test_a_walk_up_to_a_step_takes_the_steps_before_it_along(walk: Walk) -> None:
    steps = [
        script("a"),
        script("b", "a"),
        script("beside"),
        {**script("c"), "input": {"$from": {"step": "b"}}},
    ]

    walked = walk(document(*steps, script("d", "c")), until="c")

    assert walked["covered"]["steps"] == ["a", "b", "c"]
    assert walked["covered"]["edges"] == ["a>b", "b?>c"]


def test_a_step_that_passes_itself_over_says_why(walk: Walk) -> None:
    load = {"slug": "load", "kind": "EXECUTION", "config": {"moduleRef": "acme/load"}}
    lax = {**load, "slug": "lax", "onError": {"action": "skip"}}
    each = {**load, "slug": "each", "config": {"moduleRef": "acme/load", "perDocument": True}}
    failed = {"outcome": "failed", "error": {"code": 1, "message": "empty"}}
    skipped = {"outcome": "skipped", "reason": "nothing new"}

    walked = walk(
        document(load, lax, {**load, "slug": "quiet"}, each),
        documents=["a.pdf"],
        mocks=[
            {"step": "load", "returns": skipped},
            {"step": "lax", "returns": failed},
            {"step": "quiet", "returns": {"outcome": "skipped"}},
            {"step": "each", "returns": skipped},
        ],
    )

    assert {slug: (step["status"], step["why"]) for slug, step in walked["steps"].items()} == {
        "load": ("SKIPPED", "nothing new"),
        "lax": ("SKIPPED", "It failed and was passed over: empty"),
        "quiet": ("SKIPPED", "It found that it need not run."),
        "each": ("SKIPPED", "None of its documents came to be worked on."),
    }


def test_documents_wait_where_the_walk_stops_before_their_step(walk: Walk) -> None:
    each = {"perDocument": True}
    plan = document(
        script("first", config={"scriptBody": "return {n: 1};", **each}),
        script("then", "first", config={"scriptBody": "throw 1;", **each}),
        script("beside", config={"scriptBody": "throw 1;", **each}),
    )

    walked = walk(plan, documents=["a.pdf", "b.pdf"], until="first")

    assert {slug: step["status"] for slug, step in walked["steps"].items()} == {
        "first": "COMPLETED",
        "then": "PENDING",
        "beside": "PENDING",
    }
    assert walked["steps"]["first"]["result"]["documents"] == {"a.pdf": {"n": 1}, "b.pdf": {"n": 1}}
    assert walked["covered"] == {"steps": ["first"], "edges": []}


def test_a_step_that_needs_a_mock_does_not_run_out_of_time(walk: Walk) -> None:
    step = {"slug": "load", "kind": "EXECUTION", "config": {"moduleRef": "acme/load"}}

    walked = walk(document({**step, "executionPolicy": {"timeoutSeconds": 5}}))

    assert (walked["status"], walked["steps"]["load"]["status"]) == ("RUNNING", "RUNNING")
    assert [entry["step"] for entry in walked["missing"]] == ["load"]


def test_what_a_script_logs_is_shown(walk: Walk) -> None:
    walked = walk(document(script("say", body="console.log('hello'); return {};")))

    assert [line["text"] for line in walked["steps"]["say"]["logs"]] == ["hello"]


def test_a_plan_of_the_catalog_runs_for_real_and_asks_for_what_it_lacks(walk: Walk) -> None:
    load = {"slug": "load", "kind": "EXECUTION", "config": {"moduleRef": "acme/load"}}
    child = {"slug": "child", "steps": [load], "output": {"$from": {"step": "load"}}}
    runs = {"slug": "run", "kind": "PLAN", "config": {"activityPlanRef": "child"}}
    parent = document(runs, test={"catalog": {"plans": {"child": child}}})

    asked = walk(parent)
    played = walk(parent, mocks=[{"step": "load", "returns": {"outcome": "success", "result": 5}}])

    assert [(entry["step"], entry["within"]) for entry in asked["missing"]] == [("load", "child")]
    assert asked["frames"][-1]["words"] == "run waits for the activity that it has started"
    assert played["status"] == "COMPLETED"


def test_a_flow_takes_any_json_as_its_input(walk: Walk) -> None:
    flow = {
        "name": "flow",
        "steps": [{"id": "a", "component": "/builtin/noop", "input": {"$from": {"workflow": "input"}}}],
        "output": {"$from": {"step": "a"}},
    }

    assert walk(flow, inputs=[])["output"] == []


def test_one_step_runs_by_itself_on_what_is_pinned(walk: Walk) -> None:
    data = {
        "steps": {
            "route": {"status": "COMPLETED", "action": "review", "result": {"action": "review"}},
            "review": {"status": "COMPLETED", "action": "reject", "result": {"action": "reject"}},
        }
    }

    walked = walk(ROUTED, inputs={"amount": 9}, only="post", data=data, mocks=[POSTED])

    assert walked["steps"].keys() == {"post"}
    assert walked["steps"]["post"]["result"] == {"_statusCode": 201, "_body": {"id": 7}}
    assert [frame["words"] for frame in walked["frames"]] == ["The activity starts", "post is done"]


def test_a_script_by_itself_reads_what_is_pinned_and_only_that(walk: Walk) -> None:
    reads = script("c", "a", "b", body="return {a: steps.a.result.n, b: steps.b ? 1 : 0};")
    plan = document(script("a", body="throw 1;"), script("b", body="throw 1;"), reads)

    walked = walk(plan, only="c", data={"steps": {"a": {"result": {"n": 5}}, "b": {"status": "NOT_TAKEN"}}})

    assert walked["steps"]["c"]["result"] == {"a": 5, "b": 0}


def test_a_step_by_itself_runs_on_the_documents_that_are_pinned(walk: Walk) -> None:
    each = {"perDocument": True}
    plan = document(
        {"slug": "read", "kind": "EXECUTION", "config": {"moduleRef": "acme/read", **each}},
        script(
            "classify",
            "read",
            config={"scriptBody": "return {text: steps.read.documents[families[0].name].text};", **each},
        ),
    )
    pins = {
        "read": {
            "status": "COMPLETED",
            "documents": {
                "a.pdf": {"status": "COMPLETED", "result": {"text": "A"}},
                "b.pdf": {"status": "FAILED", "result": None},
            },
        }
    }

    walked = walk(plan, only="classify", data={"steps": pins})

    documents = walked["steps"]["classify"]["documents"]
    assert {name: (each["status"], each["result"]) for name, each in documents.items()} == {
        "a.pdf": ("COMPLETED", {"text": "A"})
    }


def test_an_error_of_another_step_keeps_no_step_from_running_by_itself(walk: Walk) -> None:
    plan = document(script("a", body="return {n: 1};"), {"slug": "b", "kind": "BRIDGE_CALL", "config": {}})

    assert walk(plan, only="a")["steps"]["a"]["result"] == {"n": 1}


def test_edges_count_where_they_were_gone_along(walk: Walk) -> None:
    small = walk(ROUTED, inputs={"amount": 5}, mocks=[POSTED])["covered"]
    large = walk(ROUTED, inputs={"amount": 500}, mocks=[POSTED, decided("review", "approve")])["covered"]

    assert small == {"steps": ["route", "post"], "edges": ["route>post"]}
    assert large == {
        "steps": ["route", "review", "post"],
        "edges": ["route:review>review", "route>post", "review?>post"],
    }


def test_edges_that_some_documents_took_count(walk: Walk) -> None:
    each = {"perDocument": True}
    plan = document(
        script(
            "classify",
            config={
                "scriptBody": "return {action: families[0].name.startsWith('i') ? 'invoice' : 'letter'};",
                "scriptActions": [{"slug": "invoice"}, {"slug": "letter"}],
                **each,
            },
        ),
        script("book", "classify:invoice", config={"scriptBody": "return {};", **each}),
        script("file", "classify:letter", config={"scriptBody": "return {};", **each}),
    )

    walked = walk(plan, documents=["i.pdf"])

    assert walked["covered"]["edges"] == ["classify:invoice>book"]
    assert walked["steps"]["file"]["status"] == "NOT_TAKEN"


def test_what_the_organization_has_is_known_and_the_plans_own_catalog_goes_before_it(
    walk: Walk, project: Project
) -> None:
    TaskTemplate.objects.create(
        organization=project.organization,
        slug="review",
        name="Review",
        metadata={"actions": [{"slug": "ours", "label": "Our own"}]},
    )
    TaskStatus.objects.create(
        organization=project.organization, slug="done", name="All done", status_type=TaskStatus.Type.DONE
    )
    task = {"slug": "review", "kind": "CREATE_TASK", "config": {"taskTemplateRef": "review"}}
    own = {"catalog": {"taskTemplates": {"review": {"actions": [{"slug": "mine"}]}}}}

    shown = [
        [(action["slug"], action["label"]) for action in walk(plan)["waiting"][0]["actions"]]
        for plan in (document(task), document(task, test=own))
    ]

    assert shown == [[("ours", "Our own"), ("done", "All done")], [("mine", "mine"), ("done", "All done")]]


def test_a_plan_of_the_organization_is_played_by_a_mock(walk: Walk, project: Project) -> None:
    from tests.builders import plan

    plan(project, slug="child")
    parent = document({"slug": "run", "kind": "PLAN", "config": {"activityPlanRef": "child"}})

    assert [entry["step"] for entry in walk(parent)["missing"]] == ["run"]
    played = {"step": "run", "returns": {"outcome": "success", "result": {"n": 1}}}
    assert walk(parent, mocks=[played])["steps"]["run"]["result"] == {"n": 1}


def test_time_stands_still_while_a_person_is_waited_for(walk: Walk) -> None:
    plan = document(
        approval(dueInHours=48, onDue="reject"),
        {**approval("slow"), "executionPolicy": {"timeoutSeconds": 60}},
    )

    walked = walk(plan)

    assert walked["status"] == "RUNNING"
    assert [entry["step"] for entry in walked["waiting"]] == ["gate", "slow"]
    assert all(entry["due"] for entry in walked["waiting"])


@pytest.mark.parametrize(
    ("on_due", "stands"),
    [
        ("approve", ("COMPLETED", "approved")),
        ("reject", ("COMPLETED", "rejected")),
        ("cancel", ("FAILED", None)),
        ("escalate", ("RUNNING", None)),
    ],
)
def test_the_author_lets_a_due_date_pass(walk: Walk, on_due: str, stands: tuple[str, str | None]) -> None:
    plan = document(approval(dueInHours=48, onDue=on_due))

    before = walk(plan, clock={"until": "+PT47H"})["steps"]["gate"]
    after = walk(plan, clock={"until": "+PT48H"})["steps"]["gate"]
    said = walk(plan, mocks=[{"step": "gate", "returns": {"outcome": "due"}}])["steps"]["gate"]

    assert before["status"] == "RUNNING"
    assert (after["status"], after["action"]) == stands
    assert (said["status"], said["action"]) == stands


def test_an_approval_that_goes_to_others_when_it_is_due_waits_on(walk: Walk) -> None:
    plan = document(approval(dueInHours=1, onDue="escalate", escalateTo="boss"))

    shown = [
        [
            (entry["step"], entry["overdue"], bool(entry["due"]))
            for entry in walk(plan, clock=clock)["waiting"]
        ]
        for clock in ({"until": "+PT59M"}, {"until": "+PT2H"})
    ]

    assert shown == [[("gate", False, True)], [("gate", True, False)]]


def test_what_follows_from_a_due_date_goes_on_and_what_is_due_later_waits(walk: Walk) -> None:
    plan = document(
        approval("first", dueInHours=1, onDue="approve"),
        {**approval("second", dueInHours=1, onDue="approve"), "dependsOn": ["first"]},
        {**approval("third", dueInHours=1, onDue="approve"), "dependsOn": ["second"]},
    )

    walked = walk(plan, clock={"until": "+PT2H30M"})

    assert {slug: step["status"] for slug, step in walked["steps"].items()} == {
        "first": "COMPLETED",
        "second": "COMPLETED",
        "third": "RUNNING",
    }


def test_a_person_runs_out_of_time_where_the_author_says_so(walk: Walk) -> None:
    plan = document({**approval(), "executionPolicy": {"timeoutSeconds": 60}})

    walked = walk(plan, clock={"until": "+PT1M"})

    assert walked["steps"]["gate"]["status"] == "FAILED"
    assert walked["frames"][-1]["words"] == "gate ran out of time; the activity is FAILED"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"until": "nope"}, "step-unknown"),
        ({"only": "nope"}, "step-unknown"),
        ({"only": "first", "until": "first"}, "invalid-body"),
        ({"clock": {"until": "soon"}}, "invalid-clock"),
        ({"documents": ["../../etc/passwd"]}, "invalid-body"),
        ({"mocks": [{"step": "first"}]}, "invalid-body"),
        ({"mocks": [{"step": "first", "returns": []}]}, "invalid-body"),
        ({"unheard": 1}, "invalid-body"),
        ({"only": "first", "data": {"steps": {"first": 5}}}, "invalid-body"),
        ({"document": 5}, "no-plan"),
    ],
)
def test_a_request_that_makes_no_sense_is_told_why(
    project: Project, ann: Person, api: Any, more: dict[str, Any], code: str
) -> None:
    answer = api(ann).post("/api/plan-editor/try/", {"document": document(), **more}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, code), answer.json()


@pytest.mark.parametrize("address", ["try", "cases", "evaluate"])
def test_only_authors_try_plans(project: Project, ben: Person, cy: Person, api: Any, address: str) -> None:
    body = {"document": document(), "language": "jsonata", "text": "1"}

    answers = [api(person).post(f"/api/plan-editor/{address}/", body, format="json") for person in (ben, cy)]

    assert [answer.status_code for answer in answers] == [403, 404]
