"""Run one plan file to its end, without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from activities.trial.database import throwaway
from activities.trial.run import Trial
from plans.language.source import SourceError, parse_source

EXIT_CODES = {"COMPLETED": 0, "FAILED": 1, "CANCELLED": 1, None: 2, "RUNNING": 3}


class Command(BaseCommand):
    """`run_plan FILE --inputs JSON [--json]`: exit code 0 completed, 1 failed, 2 not started, 3 waits for a person."""

    help = "Run a plan file in a throwaway database and print what came out."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a file and inputs."""
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--inputs", default="{}", help="the activity's inputs, a JSON object")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, file: str, inputs: str, json: bool, **options: Any) -> None:
        """Run it."""
        path = Path(file)
        try:
            document = parse_source(path.read_text(encoding="utf-8"), filename=path.name)
        except (OSError, UnicodeDecodeError, SourceError) as error:
            raise CommandError(f"{file} can't be read: {error}", returncode=2) from error
        test = document.get("test") if isinstance(document, dict) else None
        mocks = (test.get("mocks") or []) if isinstance(test, dict) else []
        with throwaway():
            actual = Trial(document, inputs=_inputs(inputs), mocks=mocks, folder=path.parent).run()
        self._print(actual, as_json=json)
        raise SystemExit(EXIT_CODES.get(actual["status"], 1))

    def _print(self, actual: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(actual, ensure_ascii=False, default=str))
            return
        for finding in actual["findings"]:
            self.stdout.write(f"{finding['severity']} {finding['code']}: {finding['message']}")
        for slug, step in actual["steps"].items():
            note = (step["error"] or {}).get("message") or (
                f"action {step['action']}" if step["action"] else ""
            )
            self.stdout.write(f"{step['status']:<10} {slug}{'  ' + note if note else ''}")
        self.stdout.write(str(actual["status"] or "not started"))


def _inputs(text: str) -> dict[str, Any]:
    try:
        inputs = json.loads(text)
    except ValueError as error:
        raise CommandError(f"--inputs is no JSON: {error}", returncode=2) from error
    if not isinstance(inputs, dict):
        raise CommandError("--inputs must be a JSON object, such as '{\"amount\": 5}'", returncode=2)
    return inputs
