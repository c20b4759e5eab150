"""Loading the demo: what is there then, and that loading it again keeps it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from activities.models import DocumentFamily
from activities.steps import Completed, Failed, egress
from activities.steps.bridge_call import BridgeCall
from config.demo.invoices import INVOICES
from config.demo.load import load_demo
from config.demo.models import Bill, Erp
from plans.access import may
from plans.models import Binding, Organization, Person, Plan, Project, Secret, ServiceBridge
from plans.secrets import reveal
from plans.shapes import bridge_shape
from tests.activities.steps.calls import call

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:8000"


def everything() -> dict[str, Any]:
    """Count and fingerprint all that a second load could have touched."""
    plan = Plan.objects.get(slug="supplier-invoice")
    return {
        "people": Person.objects.count(),
        "bindings": Binding.objects.count(),
        "documents": sorted(DocumentFamily.objects.values_list("name", "pk")),
        "versions": plan.versions.count(),
        "sequence": plan.change_sequence,
        "bridge": ServiceBridge.objects.get().change_sequence,
        "sealed": list(Secret.objects.values_list("sealed", flat=True)),
    }


def test_the_demo_is_there_after_loading() -> None:
    project = load_demo(base_url=URL)

    plan = Plan.objects.get(slug="supplier-invoice")
    assert plan.published is not None
    assert plan.published.errors == 0
    assert {
        name: [
            verb
            for verb in ("work", "decide", "author", "operate", "administer")
            if may(_person(name), verb, project)
        ]
        for name in ("olivia", "ravi", "fiona", "vera")
    } == {
        "olivia": ["work", "decide", "author", "operate", "administer"],
        "ravi": ["work"],
        "fiona": ["work", "decide"],
        "vera": [],
    }
    assert {document.name for document in DocumentFamily.objects.filter(project=project)} == {
        invoice.file for invoice in INVOICES
    }


def test_loading_it_again_keeps_what_is_there() -> None:
    load_demo(base_url=URL)
    before = everything()

    load_demo(base_url=URL)

    assert everything() == before


def test_another_address_moves_the_bridge_and_its_leave() -> None:
    load_demo(base_url=URL)
    organization = Organization.objects.get(slug="northwind")

    load_demo(base_url="http://localhost:9100")

    assert egress.allowed(organization.pk) == {"localhost:9100"}
    assert ServiceBridge.objects.get().definition["baseUrl"] == "http://localhost:9100/demo/erp/api"


def test_the_leave_is_the_demo_organizations_alone() -> None:
    load_demo(base_url=URL)
    other = Organization.objects.create(slug="other", name="Other")

    assert egress.allowed(other.pk) == frozenset()


def test_without_the_demo_nothing_is_allowed(project: Project) -> None:
    assert egress.allowed(project.organization_id) == frozenset()


def test_a_plan_that_an_author_changed_is_left_alone() -> None:
    load_demo(base_url=URL)
    plan = Plan.objects.get(slug="supplier-invoice")
    Plan.objects.filter(pk=plan.pk).update(name="Ours")

    load_demo(base_url=URL)

    plan.refresh_from_db()
    assert plan.name == "Ours"


def test_the_token_of_the_bridge_opens_the_erp() -> None:
    project = load_demo(base_url=URL)

    token = reveal(project.organization_id, ["ERP_TOKEN"])["ERP_TOKEN"]

    assert Erp.objects.get().token_digest == Erp.digest_of(token)


def test_a_bridge_call_posts_into_the_ledger(live_server: Any) -> None:
    project = load_demo(base_url=live_server.url)

    first, again = _post(project), _post(project)

    assert isinstance(first, Completed), first
    assert first.result == again.result
    assert Bill.objects.get().supplier == "Fabrikam"


def test_a_bridge_of_another_organization_does_not_reach_it(live_server: Any) -> None:
    project = load_demo(base_url=live_server.url)
    Erp.objects.update(address="127.0.0.1:1")

    outcome = _post(project)

    assert isinstance(outcome, Failed)
    assert "egress denied" in outcome.error.message


def test_the_command_tells_who_can_sign_in(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_demo")

    printed = capsys.readouterr().out
    assert "ravi@northwind.example" in printed
    assert "password demo" in printed


def test_the_command_refuses_what_is_no_address() -> None:
    with pytest.raises(CommandError, match="http://host:port"):
        call_command("load_demo", "--base-url", "localhost:8000")


def _person(name: str) -> Person:
    return Person.objects.get(username=name)


def _post(project: Project) -> Any:
    bill = {
        "supplier": "Fabrikam",
        "number": "F-1",
        "date": "2026-11-03",
        "currency": "EUR",
        "total": 5,
        "lines": [{"document": "a.pdf", "total": 5}],
    }
    made = call(
        "BRIDGE_CALL",
        {
            "serviceBridgeRef": "erp",
            "endpointName": "create-bill",
            "requestBody": {"$": f"$eval({json.dumps(json.dumps(bill))})"},
        },
        definitions={"serviceBridges": {"erp": bridge_shape(ServiceBridge.objects.get())}},
        organization_id=project.organization_id,
        project_id=project.pk,
    )
    return BridgeCall().run(made)
