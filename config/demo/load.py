"""Loading the demo: people, plans, invoices and a small ERP. Loading it again changes only what differs."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.files.base import ContentFile
from django.db import transaction

from activities.documents import upload
from activities.models import DocumentFamily
from config.demo.invoices import INVOICES, pdf
from config.demo.models import Erp
from config.demo.resources import INVOICE_REVIEW, STATUSES, TOKEN_SECRET, erp_bridge
from plans.language.source import parse_source
from plans.models import (
    Membership,
    MembershipRole,
    Organization,
    Person,
    Plan,
    Project,
    Secret,
    ServiceBridge,
    TaskStatus,
    TaskTemplate,
)
from plans.models.resources import Resource
from plans.secrets import seal
from plans.services import bind, publish, save_plan, save_resource
from tasks.models import Team, TeamMember

PASSWORD: Final = "demo"  # printed at the start: the demo is for one's own machine
PLANS: Final = Path(__file__).parent / "plans"
PORTS: Final = {"http": 80, "https": 443}
# User name, full name, roles in the project.
PEOPLE: Final = (
    ("olivia", "Olivia Ortega", ("author", "operator", "admin")),
    ("ravi", "Ravi Rao", ("reviewer",)),
    ("fiona", "Fiona Falk", ("approver", "finance-manager")),
    ("vera", "Vera Vance", ("viewer",)),
)
TEAM: Final = ("payables-desk", "Payables desk", ("ravi",))


def load_demo(*, base_url: str) -> Project:
    """Make or complete the demo of which this server, at `base_url`, runs the ERP; return its project."""
    with transaction.atomic():
        organization, _made = Organization.objects.get_or_create(
            slug="northwind", defaults={"name": "Northwind Traders", "time_zone": "Europe/Amsterdam"}
        )
        project, _made = Project.objects.get_or_create(
            organization=organization, slug="accounts-payable", defaults={"name": "Accounts payable"}
        )
        _load_people(project)
        _load_erp(organization, base_url)
        _load_resources(project, base_url)
        for path in sorted(PLANS.glob("*.yaml")):
            _load_plan(project, path)
    _load_documents(project)
    return project


def people() -> list[tuple[str, str, str]]:
    """Return name, e-mail and roles of the demo people, as the start prints them."""
    return [(name, _email(username), ", ".join(roles)) for username, name, roles in PEOPLE]


def _email(username: str) -> str:
    return f"{username}@northwind.example"


def _load_people(project: Project) -> None:
    members: dict[str, Person] = {}
    for username, name, roles in PEOPLE:
        first, last = name.split(" ")
        person = Person.objects.filter(username=username).first() or Person.objects.create_user(
            username, _email(username), PASSWORD, first_name=first, last_name=last
        )
        membership, _made = Membership.objects.get_or_create(
            project=project, person=person, defaults={"organization": project.organization}
        )
        for role in roles:
            MembershipRole.objects.get_or_create(membership=membership, slug=role)
        members[username] = person
    _load_team(project, members)


def _load_team(project: Project, members: dict[str, Person]) -> None:
    slug, name, usernames = TEAM
    team, _made = Team.objects.get_or_create(
        organization=project.organization, slug=slug, defaults={"name": name}
    )
    for username in usernames:
        TeamMember.objects.get_or_create(team=team, person=members[username])


def _load_erp(organization: Organization, base_url: str) -> None:
    """Open the ERP account, and let bridges reach exactly this host and port."""
    parts = urlsplit(base_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    address = f"{host}:{parts.port or PORTS[parts.scheme]}"
    erp = Erp.objects.filter(organization=organization).first()
    if erp is None or not Secret.objects.filter(organization=organization, name=TOKEN_SECRET).exists():
        token = secrets.token_urlsafe(32)
        seal(organization, TOKEN_SECRET, token)
        values = {"address": address, "token_digest": Erp.digest_of(token)}
        Erp.objects.update_or_create(organization=organization, defaults=values)
    elif erp.address != address:
        erp.address = address
        erp.save(update_fields=["address"])


def _load_resources(project: Project, base_url: str) -> None:
    for sequence, status in enumerate(STATUSES):
        values = {key: value for key, value in status.items() if key != "slug"} | {"sequence": sequence}
        _keep(TaskStatus, project, status["slug"], values)
        bind(project, "task-status", status["slug"], by=None)
    review = {
        "name": "Invoice review",
        "description": "Compare with the document, complete what is missing, then decide.",
        "metadata": INVOICE_REVIEW,
    }
    _keep(TaskTemplate, project, "invoice-review", review)
    bind(project, "task-template", "invoice-review", by=None)
    bridge = {
        "name": "Demo ERP",
        "description": "The ledger that this server runs for the demo.",
        "definition": erp_bridge(base_url),
    }
    _keep(ServiceBridge, project, "erp", bridge)
    bind(project, "service-bridge", "erp", by=None)


def _keep(model: type[Resource], project: Project, slug: str, values: dict[str, Any]) -> None:
    """Make the resource, or bring it to these values where it has others."""
    known = model._default_manager.filter(organization=project.organization, slug=slug).first()
    if known is None or any(getattr(known, name) != value for name, value in values.items()):
        save_resource(model, project.organization, slug, values, by=None)


def _load_plan(project: Project, path: Path) -> None:
    """Save and publish the plan of a file; what an author made of it since is left alone."""
    if (
        Plan.objects.alive()
        .filter(organization=project.organization, slug=path.stem, published__isnull=False)
        .exists()
    ):
        bind(project, "activity-plan", path.stem, by=None)
        return
    text = path.read_text(encoding="utf-8")
    saved = save_plan(
        project.organization, parse_source(text, filename=path.name), by=None, source=text, note="Demo"
    )
    publish(saved.plan, by=None)
    bind(project, "activity-plan", saved.plan.slug, by=None)


def _load_documents(project: Project) -> None:
    """Put the invoices into the project, each once."""
    known = set(DocumentFamily.objects.filter(project=project).values_list("name", flat=True))
    for invoice in INVOICES:
        if invoice.file not in known:
            family = upload(
                project, name=invoice.file, file=ContentFile(pdf(invoice), name=invoice.file), by=None
            )
            family.metadata = {"about": invoice.about}
            family.save(update_fields=["metadata"])
