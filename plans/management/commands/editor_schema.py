"""`manage.py editor_schema`: write the TypeScript that the editor's forms are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from plans.editor.schema import as_typescript

FILE: Final = Path("static/src/editor/schema.gen.ts")


class Command(BaseCommand):
    """Write `static/src/editor/schema.gen.ts` from the types of the plan language."""

    help = "Write static/src/editor/schema.gen.ts from the types of the plan language."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--check` writes nothing and fails if the file is not fresh."""
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail if the file is not fresh"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, or check."""
        file = Path(settings.BASE_DIR) / FILE
        text = as_typescript()
        if not options["check"]:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            self.stdout.write(f"Wrote {FILE}")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            raise CommandError(f"{FILE} is not fresh; run manage.py editor_schema and commit it")
