"""Run the `test` section of plan files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from activities.trial.cases import NO_CASES, Ran, case_list, run_cases
from activities.trial.compare import differences
from activities.trial.database import throwaway
from activities.trial.recording import EXPECTATIONS, recorded
from activities.trial.rewriting import RewriteProblem, with_cases
from plans.language.source import SourceError, parse_source


class Command(BaseCommand):
    """`test_plan FILE… [--json] [--update]`: exit code 1 if a case does not hold."""

    help = "Run the test cases that plan files carry, in a throwaway database, and say which hold."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take files."""
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON line per case")
        parser.add_argument(
            "--update",
            action="store_true",
            help="write what came out into the files, where cases expect something else; comments stay",
        )

    def handle(self, *args: Any, files: list[str], json: bool, update: bool, **options: Any) -> None:
        """Run every case of every file."""
        results: list[bool] = []
        with throwaway():
            for file in files:
                ran = []
                for each in cases_of(Path(file)):
                    ran.append(each)
                    if not update:
                        self._tell(file, each, as_json=json)
                if update:
                    ran = self._update(Path(file), ran, as_json=json)
                results += [not each.why for each in ran]
        if not json:
            self.stdout.write(f"{sum(results)} passed, {len(results) - sum(results)} failed")
        if not all(results):
            raise SystemExit(1)

    def _tell(self, file: str, ran: Ran, *, as_json: bool, how: str = "") -> None:
        if as_json:
            line = {
                "file": file,
                "case": ran.name,
                "passed": not ran.why,
                "why": ran.why,
                "actual": ran.actual,
            }
            self.stdout.write(json.dumps(line, ensure_ascii=False, default=str))
        else:
            word = how or ("pass" if not ran.why else "FAIL")
            self.stdout.write(f"{word} {file} {ran.name}{': ' + ran.why if ran.why else ''}")
        self.stdout.flush()

    def _update(self, file: Path, ran: list[Ran], *, as_json: bool) -> list[Ran]:
        """Write down what came out where something else was expected; return the cases as they stand then."""
        after = [_judged_anew(each) for each in ran]
        if any(each.case != anew.case for each, anew in zip(ran, after, strict=True)):
            try:
                _rewrite(file, after)
            except RewriteProblem as problem:
                after = [Ran(each.name, each.why and str(problem), each.actual, each.case) for each in ran]
        for each, anew in zip(ran, after, strict=True):
            how = "update" if each.case != anew.case and not anew.why else ""
            self._tell(str(file), anew, as_json=as_json, how=how)
        return after


def _judged_anew(ran: Ran) -> Ran:
    if ran.case is None or ran.actual is None or (not ran.why and EXPECTATIONS & ran.case.keys()):
        return ran
    case = recorded(ran.case, ran.actual)
    return Ran(ran.name, "; ".join(differences(case, ran.actual)), ran.actual, case)


def _rewrite(file: Path, ran: list[Ran]) -> None:
    text = file.read_text(encoding="utf-8")
    written = with_cases(text, [each.case or {} for each in ran], filename=file.name)
    file.write_text(written, encoding="utf-8")


def cases_of(file: Path) -> Iterator[Ran]:
    """Run each case of the file."""
    try:
        document = parse_source(file.read_text(encoding="utf-8"), filename=file.name)
    except (OSError, UnicodeDecodeError, SourceError) as error:
        yield Ran("", f"the file can't be read: {error}")
        return
    if not isinstance(document, dict) or not case_list(document):
        yield Ran("", NO_CASES)
        return
    yield from run_cases(document, folder=file.parent)
