"""`check_plan FILE`: list what is wrong, or odd, about a plan; exit code 2 if it could not start."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from plans.language.findings import check_document, read_catalog
from plans.management.files import (
    NOT_STARTABLE,
    add_file,
    add_organization,
    find_organization,
    finding_line,
    has_errors,
    own_catalog,
    read_document,
    read_source,
)
from plans.services import catalog_of


class Command(BaseCommand):
    """Check a plan file. What it refers to is taken from its own test catalog, or from an organization."""

    help = "List the findings of a plan file; exit code 0: it can start, 2: it can not."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE, --organization, --json."""
        add_file(parser)
        add_organization(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object {valid, findings}")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, check, print."""
        document = read_document(read_source(options["file"]), options["file"])
        slug = options["organization"]
        catalog = catalog_of(find_organization(slug)) if slug else read_catalog(own_catalog(document))
        _plan, findings = check_document(document, catalog)
        broken = has_errors(findings)
        if options["json"]:
            listed = [finding.as_dict() for finding in findings]
            self.stdout.write(json.dumps({"valid": not broken, "findings": listed}, ensure_ascii=False))
        else:
            for finding in findings:
                self.stdout.write(finding_line(finding))
            self.stdout.write(f"{options['file']}: {'can not start' if broken else 'can start'}")
        if broken:
            sys.exit(NOT_STARTABLE)
