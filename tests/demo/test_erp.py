"""The demo ERP: who may, what it takes, and that it takes it once."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from config.demo import panels
from config.demo.erp.schema import IncomingBill
from config.demo.erp.services import post_bill
from config.demo.models import Bill, Erp, Notice
from tests.builders import organization

TOKEN = "t0ken"
BILL: dict[str, Any] = {
    "supplier": "Fabrikam",
    "number": "F-1",
    "date": "2026-11-03",
    "currency": "EUR",
    "total": 1220.41,
    "poNumber": "PO-1",
    "note": None,
    "lines": [{"document": "a.pdf", "number": "F-1", "total": 1220.41}],
}
NOTICE = {"supplier": "Litware", "number": "L-5", "reason": "Addressed to Adventure Works"}


@pytest.fixture
def erp(db: None) -> Erp:
    return Erp.objects.create(
        organization=organization(), address="127.0.0.1:8000", token_digest=Erp.digest_of(TOKEN)
    )


def post(path: str, body: object, *, key: str | None = "k", token: str = TOKEN) -> Any:
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key is not None else {})
    content = body if isinstance(body, str) else json.dumps(body)
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/demo/erp/api/{path}", content, content_type="application/json", headers=headers)


def test_a_bill_is_posted(erp: Erp) -> None:
    answer = post("bills", BILL)

    bill = Bill.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": bill.reference,
        "status": "posted",
        "supplier": "Fabrikam",
        "number": "F-1",
        "date": "2026-11-03",
        "currency": "EUR",
        "total": 1220.41,
        "poNumber": "PO-1",
        "lines": [{"document": "a.pdf", "number": "F-1", "total": 1220.41}],
        "url": f"http://testserver/demo/erp/#{bill.reference}",
    }


def test_the_same_key_gets_the_same_answer_and_posts_once(erp: Erp) -> None:
    first, again = post("bills", BILL), post("bills", BILL)

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert Bill.objects.count() == 1


def test_a_key_that_was_used_for_another_bill_is_refused(erp: Erp) -> None:
    post("bills", BILL)

    answer = post("bills", BILL | {"number": "F-2"})

    assert answer.status_code == 409
    assert "another request" in answer.json()["message"]
    assert Bill.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"total": 1}, "total is 1, but the lines add up to 1220.41"),
        ({"total": 0}, "total"),
        ({"total": -5}, "total"),
        ({"total": 1.005}, "total"),
        ({"currency": "Euro"}, "currency"),
        ({"date": "soon"}, "date"),
        ({"supplier": " "}, "supplier"),
        ({"lines": []}, "lines"),
        ({"extra": 1}, "extra"),
        ({"number": None}, "number"),
    ],
)
def test_a_bill_that_is_none_is_refused_with_the_reason(erp: Erp, change: dict[str, Any], told: str) -> None:
    answer = post("bills", BILL | change)

    assert answer.status_code == 422
    assert told in answer.json()["message"]
    assert Bill.objects.count() == 0


@pytest.mark.parametrize("body", ["", "{", "[]", "7", '"x"'])
def test_a_body_that_is_no_bill_is_refused(erp: Erp, body: str) -> None:
    assert post("bills", body).status_code == 422


def test_a_correction_may_be_below_zero_and_an_unknown_line_total_is_left_out_of_the_sum(erp: Erp) -> None:
    lines = [{"document": "a.pdf", "total": 10}, {"document": "correction", "total": -2}]

    assert post("bills", BILL | {"total": 8, "lines": lines}).status_code == 201
    assert (
        post("bills", BILL | {"total": 9, "lines": [*lines, {"document": "b.pdf"}]}, key="other").status_code
        == 201
    )


@pytest.mark.parametrize("key", [None, "", "k" * 301])
def test_a_post_without_a_usable_key_is_refused(erp: Erp, key: str | None) -> None:
    assert post("bills", BILL, key=key).status_code == 400
    assert Bill.objects.count() == 0


@pytest.mark.parametrize("token", ["", "wrong", TOKEN.upper()])
@pytest.mark.parametrize("path", ["bills", "notices"])
def test_a_token_that_opens_no_account_is_refused(erp: Erp, path: str, token: str) -> None:
    answer = post(path, BILL, token=token)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_notice_is_sent_once(erp: Erp) -> None:
    first, again = post("notices", NOTICE), post("notices", NOTICE)

    assert first.status_code == 201
    assert first.json() == again.json()
    assert Notice.objects.get().reason == "Addressed to Adventure Works"


def test_bills_are_listed_and_read_by_reference(erp: Erp) -> None:
    reference = post("bills", BILL).json()["id"]
    headers = {"Authorization": f"Bearer {TOKEN}"}
    client = Client()

    assert [bill["id"] for bill in client.get("/demo/erp/api/bills", headers=headers).json()["bills"]] == [
        reference
    ]
    assert client.get(f"/demo/erp/api/bills/{reference}", headers=headers).json()["number"] == "F-1"
    for unknown in ("B-99999", "nope", "B-²", "B-" + "9" * 40):
        assert client.get(f"/demo/erp/api/bills/{unknown}", headers=headers).status_code == 404


def test_an_account_sees_its_own_bills_only(erp: Erp) -> None:
    reference = post("bills", BILL).json()["id"]
    Erp.objects.create(
        organization=organization("other"), address="127.0.0.1:1", token_digest=Erp.digest_of("other")
    )
    headers = {"Authorization": "Bearer other"}

    assert Client().get("/demo/erp/api/bills", headers=headers).json() == {"bills": []}
    assert Client().get(f"/demo/erp/api/bills/{reference}", headers=headers).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_posts_with_one_key_at_the_same_moment_make_one_bill() -> None:
    erp = Erp.objects.create(organization=organization(), address="a:1", token_digest=Erp.digest_of(TOKEN))
    together = threading.Barrier(4)
    references: list[str] = []

    def post_it() -> None:
        together.wait(10)
        bill = post_bill(erp, IncomingBill.model_validate(BILL), key="k", body=b"same")
        references.append(bill.reference)
        connection.close()

    threads = [threading.Thread(target=post_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(references) == 4
    assert len(set(references)) == 1


def test_the_ledger_shows_bills_and_notices_to_people_of_the_organization(erp: Erp, ben: Any) -> None:
    post("bills", BILL)
    post("notices", NOTICE)
    client = Client()
    client.force_login(ben)

    page = client.get("/demo/erp/").content.decode()

    for shown in ("Fabrikam", "F-1", "EUR 1,220.41", "a.pdf", "Litware", "Addressed to Adventure Works"):
        assert shown in page


def test_an_empty_ledger_says_what_would_stand_there(erp: Erp, ben: Any) -> None:
    client = Client()
    client.force_login(ben)

    assert "No bills yet" in client.get("/demo/erp/").content.decode()


def test_the_ledger_does_not_exist_for_a_stranger(erp: Erp, cy: Any) -> None:
    client = Client()
    client.force_login(cy)

    assert client.get("/demo/erp/").status_code == 404


def test_people_of_the_organization_find_the_ledger(erp: Erp, ben: Any, cy: Any, project: Any) -> None:
    reference = post("bills", BILL).json()["id"]

    panel = panels.bills(ben, project)

    assert panel is not None
    assert [(row.title, row.note) for row in panel.rows] == [("Fabrikam, EUR 1,220.41", reference)]
    assert [entry["url"] for entry in panels.palette(ben, project)] == ["/demo/erp/"]
    assert panels.bills(cy, project) is None
    assert panels.palette(cy, project) == []


def test_the_ledger_asks_for_a_sign_in(erp: Erp) -> None:
    assert Client().get("/demo/erp/").status_code == 302
