"""`export_plan SLUG`: print a plan as YAML or JSON."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from plans.errors import Refused
from plans.management.files import add_organization, find_organization
from plans.models import Plan
from plans.notation import as_text
from plans.services.plans import version_of


class Command(BaseCommand):
    """Print the newest version of a plan, or the one that is named."""

    help = "Print a plan: the author's own text where it is in that notation, else the normal form."

    def add_arguments(self, parser: CommandParser) -> None:
        """SLUG, --organization, --number, --json."""
        parser.add_argument("slug", metavar="SLUG")
        add_organization(parser)
        parser.add_argument("--number", type=int, help="a version, else the newest")
        parser.add_argument("--json", action="store_true", help="JSON, not YAML")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find and print."""
        organization = find_organization(options["organization"])
        plan = Plan.objects.alive().filter(organization=organization, slug=options["slug"]).first()
        if plan is None:
            raise CommandError(f'organization {organization.slug} has no plan "{options["slug"]}"')
        try:
            version = version_of(plan, options["number"])
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write(as_text(version, "json" if options["json"] else "yaml"), ending="")
