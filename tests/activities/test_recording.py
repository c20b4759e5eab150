"""Expectations of plan files, recorded anew: what is written, and what stays as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from activities.trial.compare import differences
from activities.trial.recording import recorded
from activities.trial.rewriting import RewriteProblem, with_cases
from plans.language.source import parse_source

CAME: dict[str, Any] = {
    "status": "COMPLETED",
    "outcome": "success",
    "output": {"n": 2},
    "error": None,
    "findings": [{"code": "join-policy-inert", "severity": "warning"}],
    "unrouted": 0,
    "steps": {
        "a": {
            "status": "COMPLETED",
            "action": "ok",
            "result": {"n": 2},
            "error": None,
            "documents": {"x": {"status": "FAILED"}},
        },
        "b": {"status": "FAILED", "error": {"code": 7, "message": "no", "class": "E", "place": ""}},
    },
}
REFUSED: dict[str, Any] = CAME | {
    "status": None,
    "findings": [
        {"code": code, "severity": "error"} for code in ("unknown-kind", "unknown-kind", "slug-format")
    ],
}


@pytest.mark.parametrize(
    ("case", "came", "expected"),
    [
        ({"status": "FAILED"}, CAME, {"status": "COMPLETED"}),
        ({"output": {"result": 1}}, CAME, {"output": {"result": {"n": 2}}}),
        ({"unrouted": 3, "name": "x"}, CAME, {"unrouted": 0, "name": "x"}),
        ({"warnings": ["join-policy-inert", "gone"]}, CAME, {"warnings": ["join-policy-inert"]}),
        (
            {
                "steps": {
                    "a": {"action": "no", "documents": {"x": {"status": "COMPLETED"}}},
                    "gone": {"status": "X"},
                }
            },
            CAME,
            {
                "steps": {
                    "a": {"action": "ok", "documents": {"x": {"status": "FAILED"}}},
                    "gone": {"status": "X"},
                }
            },
        ),
        ({"steps": {"b": {"error": {"code": 1}}}}, CAME, {"steps": {"b": {"error": {"code": 7}}}}),
        ({"steps": {"a": {"result": {"n": 2.0}}}}, CAME, {"steps": {"a": {"result": {"n": 2.0}}}}),
        (
            {"name": "new", "input": {"x": 1}},
            CAME,
            {
                "name": "new",
                "input": {"x": 1},
                "status": "COMPLETED",
                "output": {"outcome": "success", "result": {"n": 2}},
            },
        ),
        (
            {"name": "new"},
            CAME
            | {"status": "FAILED", "outcome": "failed", "error": {"code": 7, "message": "no", "step": "b"}},
            {
                "name": "new",
                "status": "FAILED",
                "output": {"outcome": "failed", "error": {"code": 7, "message": "no"}},
            },
        ),
        ({"findings": ["x"]}, REFUSED, {"findings": ["unknown-kind", "slug-format"]}),
        (
            {"status": "COMPLETED"},
            REFUSED,
            {"status": "COMPLETED", "findings": ["unknown-kind", "slug-format"]},
        ),
        ({"findings": ["x"], "status": "FAILED"}, CAME, {"status": "COMPLETED"}),
    ],
)
def test_a_case_expects_what_came_out_in_the_keys_it_looks_at(case: Any, came: Any, expected: Any) -> None:
    assert recorded(case, came) == expected


def test_what_is_recorded_holds() -> None:
    case = {
        "status": "FAILED",
        "output": {"outcome": "skipped"},
        "steps": {"a": {"status": "X", "action": None}},
    }

    assert differences(recorded(case, CAME), CAME) == []
    assert differences(recorded(case, REFUSED), REFUSED) == []


PLAN = """\
# What this is about.
slug: small   # the name
name: "Small"
steps:
  - slug: a
    kind: SCRIPT
    config:
      scriptBody: |
        // on: yes, 2026-01-01
        return {n: 1};
on: yes
made: 2026-01-01
code: 0o17
test:
  cases:
    # The usual.
    - name: usual
      input: {n: 1, s: 'x'}   # as sent
      status: FAILED          # should be right
      steps:
        a: {status: FAILED, result: {n: 1, big: 1.0}}
      output:
        result: [1, 2]
    - name: new
"""


def test_only_what_differs_is_written_and_comments_stay() -> None:
    cases = parse_source(PLAN, filename="p.yaml")["test"]["cases"]  # type: ignore[index]
    cases[0] |= {"status": "COMPLETED", "output": {"result": {"n": "on"}}}
    cases[0]["steps"] = {"a": {"status": "COMPLETED", "result": {"n": 2, "big": 1}}}
    cases[1]["status"] = "RUNNING"

    written = with_cases(PLAN, cases, filename="p.yaml")

    assert written == PLAN.replace(
        "status: FAILED          # should", "status: COMPLETED       # should"
    ).replace(
        "{status: FAILED, result: {n: 1, big: 1.0}}", "{status: COMPLETED, result: {n: 2, big: 1.0}}"
    ).replace("        result: [1, 2]\n", "        result: {n: on}\n").replace(
        "    - name: new\n", "    - name: new\n      status: RUNNING\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        PLAN,
        PLAN.replace("  - slug: a\n    kind: SCRIPT\n    config:\n      scriptBody: |\n        // on: yes, 2026-01-01\n"
                     "        return {n: 1};\n", "- {slug: a, kind: SCRIPT, config: {scriptBody: 'return {}'}}\n"),
        "---\n" + PLAN,
    ],
)  # fmt: skip
def test_a_file_whose_cases_hold_is_written_as_it_was(text: str) -> None:
    cases = parse_source(text, filename="p.yaml")["test"]["cases"]  # type: ignore[index]

    assert parse_source(with_cases(text, cases, filename="p.yaml"), filename="p.yaml") == parse_source(
        text, filename="p.yaml"
    )


def test_json_stays_json_with_its_indent() -> None:
    text = json.dumps({"slug": "p", "test": {"cases": [{"status": "FAILED", "name": "é"}]}}, indent=4)

    written = with_cases(text, [{"status": "COMPLETED", "name": "é"}], filename="p.json")

    assert written == text.replace("FAILED", "COMPLETED").replace("\\u00e9", "é") + "\n"


def test_a_value_that_two_cases_share_is_not_changed_for_both() -> None:
    text = "slug: p\ntest:\n  cases:\n  - output: &o {result: 1}\n  - output: *o\n"

    with pytest.raises(RewriteProblem, match="by hand"):
        with_cases(text, [{"output": {"result": 2}}, {"output": {"result": 1}}], filename="p.yaml")


def test_the_command_records_and_then_all_holds(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(PLAN.replace("on: yes\nmade: 2026-01-01\ncode: 0o17\n", ""))

    first, second = (run("--update", str(file)) for _ in range(2))

    assert first.stdout.splitlines() == [
        f"update {file} usual",
        f"update {file} new",
        "2 passed, 0 failed",
    ], first
    assert second.stdout.splitlines()[-1] == "2 passed, 0 failed"
    assert "pass" in second.stdout.splitlines()[0]
    text = file.read_text()
    assert "# The usual." in text
    assert "status: COMPLETED       # should be right" in text
    assert "outcome: success" in text
    assert run(str(file)).returncode == 0


def run(*arguments: str) -> Any:
    return subprocess.run(
        [sys.executable, "manage.py", "test_plan", *arguments], capture_output=True, text=True, check=False
    )
