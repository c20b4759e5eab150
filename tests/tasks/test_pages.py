"""The pages of tasks: what they show, to whom, and that nothing typed is lost."""

from __future__ import annotations

from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from activities.documents import upload
from plans import context
from tasks import approvals, inbox, panels, services
from tasks.models import TaskDraft
from tests import builders
from tests.tasks import running
from tests.tasks.running import approval_step, open_task, review_step, settle, start

FILLED = {"data/supplier": "Acme", "data/total": "12.50", "data/currency": "EUR", "comment": ""}
POSTS = [
    ("finish", FILLED | {"action": "approve"}),
    ("claim", {}),
    ("release", {}),
    ("assign", {"to": "rita"}),
    ("comments", {"text": "Odd", "kind": "COMMENT"}),
    ("draft", FILLED),
]


@pytest.fixture
def as_(client):
    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


def pdf(name="invoice.pdf"):
    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(100, 700, name)
    canvas.save()
    return SimpleUploadedFile(name, buffer.getvalue(), "application/pdf")


@pytest.mark.parametrize(("verb", "body"), POSTS)
def test_buttons_are_for_those_who_may(as_, task, ann, ben, cy, verb, body):
    address = f"/tasks/{task.pk}/{verb}/"

    assert as_(cy).post(address, body).status_code == 404
    assert as_(ben).post(address, body).status_code == 403
    assert as_(ann).post(address, body).status_code in {200, 302}


@pytest.mark.parametrize("verb", ["finish", "decide", "claim", "release", "assign", "comments", "draft"])
def test_buttons_are_not_links(as_, task, ann, verb):
    assert as_(ann).get(f"/tasks/{task.pk}/{verb}/").status_code == 405


def test_pages_for_who_may_who_looks_on_and_strangers(as_, client, task, approval, ann, ben, cy):
    for one in (task, approval):
        assert as_(ann).get(f"/tasks/{one.pk}/").status_code == 200
        looked = as_(ben).get(f"/tasks/{one.pk}/")
        assert looked.status_code == 200
        assert b'name="action"' not in looked.content
        assert b'name="outcome"' not in looked.content
        assert as_(cy).get(f"/tasks/{one.pk}/").status_code == 404
    assert as_(ann).get(f"/tasks/{uuid4()}/").status_code == 404
    client.logout()
    assert client.get(f"/tasks/{task.pk}/").status_code == 302


def test_the_form_is_drawn_with_labels_and_defaults(as_, ann, rita):
    task = running.review_task(by=ann, taskData={"supplier": "<b>Acme</b>", "po": "PO-7"})

    page = as_(rita).get(f"/tasks/{task.pk}/").content.decode()

    assert '<label class="field-label" for="field-supplier">Supplier</label>' in page
    assert 'value="&lt;b&gt;Acme&lt;/b&gt;"' in page
    assert "PO-7" in page
    assert page.index("field-supplier") < page.index("field-currency") < page.index("field-total")
    assert page.index(">Approve</button>") < page.index(">Reject</button>")


def test_finishing_by_the_page(as_, task, rita):
    answer = as_(rita).post(f"/tasks/{task.pk}/finish/", FILLED | {"action": "approve"}, follow=True)

    assert answer.status_code == 200
    assert services.fresh(task).data == {"supplier": "Acme", "total": 12.5, "paid": False, "currency": "EUR"}
    assert "Rita ended this with “Approve”" in answer.content.decode()


def test_nothing_typed_is_lost_by_an_error(as_, task, rita):
    sent = FILLED | {"data/total": "a lot", "comment": "because", "action": "approve"}

    answer = as_(rita).post(f"/tasks/{task.pk}/finish/", sent)

    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="a lot"' in page
    assert "This takes a number, not &quot;a lot&quot;." in page
    assert 'id="field-total-error"' in page
    assert "because</textarea>" in page


def test_an_error_of_no_field_is_shown_too(as_, ann, rita):
    form = running.FORM | {"additionalProperties": False, "minProperties": 9}
    task = running.review_task(by=ann, metadata={"form": form})

    page = as_(rita).post(f"/tasks/{task.pk}/finish/", FILLED | {"action": "approve"}).content.decode()

    assert "enough properties" in page


def test_a_missing_comment_is_said_at_the_comment(as_, task, rita):
    answer = as_(rita).post(f"/tasks/{task.pk}/finish/", {"action": "reject", "data/supplier": "Acme"})

    assert answer.status_code == 400
    assert 'id="comment-error"' in answer.content.decode()
    assert 'value="Acme"' in answer.content.decode()


def test_who_was_first_is_shown_and_what_was_typed_stays(as_, task, rita, ann):
    services.complete(task, by=ann, action="approve", data={"supplier": "Acme", "total": 1})

    answer = as_(rita).post(f"/tasks/{task.pk}/finish/", FILLED | {"action": "reject", "comment": "my words"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Ann was first" in page
    assert "What you had typed" in page
    assert "my words" in page


def test_drafts_are_kept_and_shown_again(as_, task, rita):
    answer = as_(rita).post(
        f"/tasks/{task.pk}/draft/", {"data/supplier": "Ac", "data/total": "1x", "comment": "c"}
    )

    assert answer.content.decode().startswith("Draft kept at ")
    assert TaskDraft.objects.get().data["total"] == "1x"
    page = as_(rita).get(f"/tasks/{task.pk}/").content.decode()
    assert 'value="1x"' in page
    assert "c</textarea>" in page


def test_a_draft_of_a_finished_task_is_refused_in_a_line(as_, task, rita, ann):
    services.complete(task, by=ann, action="approve", data={"supplier": "Acme", "total": 1})

    assert as_(rita).post(f"/tasks/{task.pk}/draft/", FILLED).status_code == 409


def test_documents_stand_beside_the_form(as_, ann, rita, project):
    running.template()
    documents = [upload(project, name=name, file=pdf(name), by=ann) for name in ("a.pdf", "b.pdf")]
    task = open_task(start(review_step(), by=ann, documents=documents, supplier="Acme"))

    first = as_(rita).get(f"/tasks/{task.pk}/").content.decode()
    second = as_(rita).get(f"/tasks/{task.pk}/?document={documents[1].pk}").content.decode()

    assert f'<iframe class="preview" src="/documents/{documents[0].pk}/file#' in first
    assert f'<iframe class="preview" src="/documents/{documents[1].pk}/file#' in second
    assert as_(rita).get(f"/tasks/{task.pk}/?document=nonsense").status_code == 200


def test_an_approval_shows_its_evidence_and_takes_a_decision(as_, ann, rita, fay):
    running.template()
    read = builders.script("read", body="return {number: 'INV-1', total: 12000, text: 'x'.repeat(2000)};")
    gate = approval_step("gate", "review", approvalCriteria={"condition": "inputs.supplier = 'Acme'"})
    activity = start(read, review_step("review", "read"), gate, by=ann, supplier="Acme")
    services.complete(
        open_task(activity), by=rita, action="approve", data={"supplier": "Acme", "total": 12000}
    )
    settle(activity)
    task = open_task(activity)

    page = as_(fay).get(f"/tasks/{task.pk}/").content.decode()
    answer = as_(fay).post(
        f"/tasks/{task.pk}/decide/", {"outcome": "approved", "comment": "good"}, follow=True
    )

    assert "INV-1" in page
    assert "<dt>Supplier</dt>" in page
    assert "Rita" in page
    assert "inputs.supplier = &#x27;Acme&#x27;" in page
    assert page.count("<details") >= 2
    assert "Fay" in answer.content.decode()
    assert services.fresh(task).action == "approved"


def test_deciding_by_the_page_is_for_those_who_may(as_, approval, ann, ben, cy, fay):
    address = f"/tasks/{approval.pk}/decide/"

    assert as_(cy).post(address, {"outcome": "approved"}).status_code == 404
    assert as_(ben).post(address, {"outcome": "approved"}).status_code == 403
    assert as_(ann).post(address, {"outcome": "approved"}).status_code == 403
    assert as_(fay).post(address, {"outcome": "nonsense"}).status_code == 400
    assert as_(fay).post(address, {"outcome": "approved"}).status_code == 302
    assert as_(fay).post(address, {"outcome": "rejected", "comment": "x"}).status_code == 409


def test_the_requester_sees_why_not(as_, fay, max_):
    task = running.approval_task(by=fay)

    page = as_(fay).get(f"/tasks/{task.pk}/").content.decode()

    assert "nobody decides their own request" in page
    assert 'name="outcome"' not in page


def test_a_finished_task_leads_to_the_next(as_, ann, rita):
    first = running.review_task(by=ann, priority="high")
    second = running.review_task(by=ann)

    page = as_(rita).post(f"/tasks/{first.pk}/finish/", FILLED | {"action": "approve"}, follow=True)

    assert f'href="/tasks/{second.pk}/" data-key="n"' in page.content.decode()


def test_the_inbox_lists_what_is_mine_next_first(as_, ann, rita, fay, project):
    late = running.review_task(by=ann)
    urgent = running.review_task(by=ann, priority=1)
    mine = services.claim(running.review_task(by=ann), by=rita)
    services.claim(running.review_task(by=ann), by=ann)
    gate = running.approval_task(by=ann)

    assert list(inbox.listed(rita, project, "all")) == [urgent, late, mine]
    counts = {"all": 3, "mine": 1, "teams": 0, "roles": 3, "unassigned": 2, "approvals": 0}
    assert inbox.counts(rita, project) == counts
    assert list(inbox.listed(fay, project, "all")) == [gate]
    page = as_(rita).get("/inbox/").content.decode()
    assert page.count('class="row-link"') == 3
    for show in ("mine", "roles", "unassigned", "approvals", "done", "everybody", "nonsense"):
        assert as_(rita).get(f"/inbox/?show={show}&page=99").status_code == 200
    assert as_(ann).get("/inbox/?show=everybody").content.decode().count('class="row-link"') == 5


def test_the_inbox_is_empty_for_those_who_only_look(as_, task, ben, cy):
    assert b"Nothing waits for you" in as_(ben).get("/inbox/").content
    assert as_(cy).get("/inbox/").status_code == 404


def test_done_work_is_listed(as_, task, approval, rita, fay):
    services.complete(task, by=rita, action="approve", data={"supplier": "A", "total": 1})
    approvals.decide(approval, by=fay, outcome="rejected")

    assert b"Review Acme" in as_(rita).get("/inbox/?show=done").content
    assert b"Rejected" in as_(fay).get("/inbox/?show=done").content


def test_the_inbox_takes_the_same_queries_for_one_and_for_many(as_, ann, rita, django_assert_max_num_queries):
    for _number in range(8):
        running.review_task(by=ann)
    client = as_(rita)
    client.get("/inbox/")

    with django_assert_max_num_queries(17):
        assert client.get("/inbox/").content.decode().count('class="row-link"') == 8


def test_the_frame_counts_and_the_home_page_shows_what_waits(task, approval, rita, fay, project):
    assert context.inbox_counter is not None
    assert context.inbox_counter(rita, project) == 1
    assert panels.palette in context.palette_providers
    assert [entry["label"] for entry in panels.palette(fay, project)] == [approval.title]
    panel = panels.mine(rita, project)
    assert (panel.count, [row.title for row in panel.rows]) == (1, ["Review Acme"])


def test_forms_of_unusual_schemas_are_drawn(as_, ann, rita):
    form = {
        "type": "object",
        "properties": {
            "tags": {"type": "array", "items": {"type": "string"}},
            "checks": {"type": "array", "items": {"enum": ["a", "b"]}},
            "who": {"type": "object", "properties": {"name": {"type": "string"}}},
            "lines": {"type": "array", "items": {"type": "object"}},
            "given": {"type": "string", "readOnly": True},
            "any": {},
        },
    }
    task = running.review_task(by=ann, metadata={"form": form}, taskData={"given": "fixed", "tags": ["x"]})
    sent = {
        "data/tags": "one\ntwo",
        "data/checks": ["a"],
        "data/who/name": "Ida",
        "data/lines": '[{"n": 1}]',
        "data/given": "forged",
        "action": "approve",
    }

    assert as_(rita).get(f"/tasks/{task.pk}/").status_code == 200
    as_(rita).post(f"/tasks/{task.pk}/finish/", sent)

    assert services.fresh(task).data == {
        "tags": ["one", "two"],
        "checks": ["a"],
        "who": {"name": "Ida"},
        "lines": [{"n": 1}],
        "given": "fixed",
    }
