"""Run the `test` section of plan files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from activities.trial.compare import differences
from activities.trial.database import throwaway
from activities.trial.run import Trial
from plans.language.source import SourceError, parse_source


class Command(BaseCommand):
    """`test_plan FILE… [--json]`: exit code 1 if a case does not hold."""

    help = "Run the test cases that plan files carry, in a throwaway database, and say which hold."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take files."""
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON line per case")

    def handle(self, *args: Any, files: list[str], json: bool, **options: Any) -> None:
        """Run every case of every file."""
        results: list[bool] = []
        with throwaway():
            for file in files:
                for name, why, actual in cases_of(Path(file)):
                    results.append(not why)
                    self._tell(file, name, why, actual, as_json=json)
        if not json:
            self.stdout.write(f"{sum(results)} passed, {len(results) - sum(results)} failed")
        if not all(results):
            raise SystemExit(1)

    def _tell(self, file: str, name: str, why: str, actual: Any, *, as_json: bool) -> None:
        if as_json:
            line = {"file": file, "case": name, "passed": not why, "why": why, "actual": actual}
            self.stdout.write(json.dumps(line, ensure_ascii=False, default=str))
        else:
            self.stdout.write(f"{'pass' if not why else 'FAIL'} {file} {name}{': ' + why if why else ''}")
        self.stdout.flush()


def cases_of(file: Path) -> Any:
    """Yield `(case name, why it does not hold or "", what came out)` for each case of the file."""
    try:
        document = parse_source(file.read_text(encoding="utf-8"), filename=file.name)
    except (OSError, UnicodeDecodeError, SourceError) as error:
        yield "", f"the file can't be read: {error}", None
        return
    test = document.get("test") if isinstance(document, dict) else None
    cases = test.get("cases") if isinstance(test, dict) else None
    if not isinstance(cases, list) or not cases:
        yield "", "the plan has no test cases; add some under test.cases", None
        return
    assert isinstance(document, dict)
    for number, case in enumerate(cases, 1):
        yield run_case(document, case, number, file)


def run_case(document: dict[str, Any], case: dict[str, Any], number: int, file: Path) -> tuple[str, str, Any]:
    """Run one case."""
    name = str(case.get("name", f"case {number}"))
    shared = document["test"].get("mocks") or []
    trial = Trial(
        document,
        inputs={} if case.get("input") is None else case["input"],
        variables=case.get("variables"),
        documents=case.get("documents") or [],
        mocks=[*(case.get("mocks") or []), *shared],
        folder=file.parent,
    )
    try:
        actual = trial.run()
    except Exception as error:  # noqa: BLE001  one case that breaks must not hide the others
        return name, f"the run broke: {type(error).__name__}: {error}", None
    return name, "; ".join(differences(case, actual)), actual
