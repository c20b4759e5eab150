"""`import_plan FILE`: save a plan file as the next version of its plan."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from plans.errors import Refused
from plans.management.files import (
    NOT_STARTABLE,
    add_file,
    add_organization,
    find_organization,
    finding_line,
    has_errors,
    read_document,
    read_source,
)
from plans.models import Project
from plans.services import bind, publish, save_plan


class Command(BaseCommand):
    """Import a plan file into an organization; publish and bind it when asked."""

    help = (
        "Save a plan file as a version of its plan; exit code 2 if it has errors (it is saved all the same)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE, --organization, --project, --publish, --note."""
        add_file(parser)
        add_organization(parser)
        parser.add_argument("--project", metavar="SLUG", help="bind the plan to this project")
        parser.add_argument("--publish", action="store_true", help="publish the version")
        parser.add_argument("--note", default="", help="what the version is about")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, save, then bind and publish."""
        organization = find_organization(options["organization"])
        text = read_source(options["file"])
        document = read_document(text, options["file"])
        try:
            saved = save_plan(organization, document, by=None, source=text, note=options["note"])
            for finding in saved.findings:
                self.stdout.write(finding_line(finding))
            if options["project"]:
                bind(
                    self._project(organization.pk, options["project"]),
                    "activity-plan",
                    saved.plan.slug,
                    by=None,
                )
            if options["publish"] and not has_errors([*saved.findings]):
                publish(saved.plan, by=None)
        except Refused as refused:
            raise CommandError(refused.message, returncode=NOT_STARTABLE) from refused
        what = "version" if saved.changed else "nothing changed, still version"
        self.stdout.write(f"{saved.plan.slug}: {what} {saved.version.number}")
        if has_errors([*saved.findings]):
            sys.exit(NOT_STARTABLE)

    def _project(self, organization_id: int, slug: str) -> Project:
        found = Project.objects.filter(organization_id=organization_id, slug=slug).first()
        if found is None:
            raise CommandError(f'there is no project "{slug}" in this organization')
        return found
