"""`rewrite_uuids FILE`: put slugs in the place of legacy uuids."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from plans.management.files import add_file, read_document, read_source
from plans.notation import notation_of, to_yaml
from plans.services.rewriting import rewritten


class Command(BaseCommand):
    """Show what a rewrite changes; with --write, write the normal form back in the file's notation."""

    help = "List the uuids of a plan file that become slugs; --write saves the file. Doing it again changes nothing."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE, --write, --json."""
        add_file(parser)
        parser.add_argument("--write", action="store_true", help="write the file")
        parser.add_argument("--json", action="store_true", help="print {changes, document}")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, rewrite, print, and write when asked."""
        path = options["file"]
        text = read_source(path)
        rewrite = rewritten(read_document(text, path))
        if options["json"]:
            shown = {"changes": list(rewrite.changes), "document": rewrite.document}
            self.stdout.write(json.dumps(shown, ensure_ascii=False))
        else:
            for change in rewrite.changes:
                self.stdout.write(change)
            self.stdout.write(f"{path}: {len(rewrite.changes)} changes")
        if options["write"] and rewrite.changes:
            is_json = notation_of(text) == "json"
            path.write_text(
                json.dumps(rewrite.document, ensure_ascii=False, indent=2) + "\n"
                if is_json
                else to_yaml(rewrite.document)
            )
