"""Plan files for commands: read with a sentence for what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from plans.errors import Refused
from plans.language.finding import Finding
from plans.models import Organization
from plans.notation import parse

NOT_STARTABLE = 2  # exit code: the plan has errors


def add_file(parser: CommandParser) -> None:
    """Add the argument FILE."""
    parser.add_argument("file", type=Path, metavar="FILE", help="plan or flow, JSON or YAML, in any spelling")


def add_organization(parser: CommandParser) -> None:
    """Add the option --organization."""
    parser.add_argument("--organization", metavar="SLUG", help="needed where there are several")


def read_source(path: Path) -> str:
    """Return the text of the file; exit with code 2 where it can't be read."""
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise CommandError(f"{path} can't be read: {why}", returncode=NOT_STARTABLE) from error


def read_document(text: str, path: Path) -> object:
    """Return the value of the text; exit with code 2 and the place where it is broken."""
    try:
        return parse(text, filename=path.name)
    except Refused as refused:
        raise CommandError(f"{path}: {refused.message}", returncode=NOT_STARTABLE) from refused


def find_organization(slug: str | None) -> Organization:
    """Return the organization of the slug, or the only one there is; exit with code 1 if there is none."""
    organizations = list(Organization.objects.order_by("slug"))
    found = [entry for entry in organizations if slug in (None, entry.slug)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(entry.slug for entry in organizations) or "none yet"
    if slug is None:
        raise CommandError(f"name the organization with --organization (known: {known})")
    raise CommandError(f'there is no organization "{slug}" (known: {known})')


def finding_line(finding: Finding) -> str:
    """Return one line for a finding."""
    return f"{finding.severity}  {finding.code}  {finding.message}"


def has_errors(findings: list[Finding]) -> bool:
    """Tell if one of the findings keeps the plan from starting."""
    return any(finding.severity == "error" for finding in findings)


def own_catalog(document: object) -> Any:
    """Return the `test.catalog` of a document, None without one."""
    test = document.get("test") if isinstance(document, dict) else None
    return test.get("catalog") if isinstance(test, dict) else None
