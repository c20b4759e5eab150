"""Plans from the command line: `run_plan` and `test_plan`, with no server and in a database that is thrown away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.programs import ROOT, settings_free

ROUTE = """
slug: route
inputOptions:
- {name: amount, type: number, required: true}
steps:
- slug: route
  kind: SCRIPT
  config:
    scriptBody: 'return {action: inputs.amount > 100 ? "review" : "pass"};'
    scriptActions: [{slug: review}, {slug: pass}]
- slug: review
  kind: CREATE_TASK
  dependsOn: [route:review]
  config: {taskTemplateRef: review}
- slug: post
  kind: BRIDGE_CALL
  dependsOn: [route:pass]
  config: {serviceBridgeRef: erp, endpointName: post, requestBody: {total: "{{ inputs.amount }}"}}
test:
  catalog:
    taskTemplates: {review: {actions: [{slug: approve}]}}
    serviceBridges: {erp: {slug: erp, baseUrl: "https://erp.example", endpoints: [{name: post, method: POST, path: /}]}}
  mocks:
  - {step: post, returns: {outcome: success, result: {_statusCode: 200, _body: {}}}}
  cases:
  - name: small
    input: {amount: 5}
    status: COMPLETED
    steps: {post: {status: COMPLETED}, review: {status: NOT_TAKEN}}
  - {name: waits, input: {amount: 500}, status: RUNNING, steps: {review: {status: RUNNING}}}
  - name: approved
    input: {amount: 500}
    mocks: [{step: review, returns: {outcome: success, action: approve, result: {ok: true}}}]
    status: COMPLETED
    steps: {review: {action: approve}}
  - {name: refused, input: {}, findings: [missing-required-inputs]}
  - {name: wrong, input: {amount: 5}, status: FAILED, steps: {post: {action: x}, nope: {status: COMPLETED}}}
  - {name: not refused, input: {amount: 5}, findings: [duplicate-step-slug]}
  - {name: refused after all, input: {}, status: COMPLETED}
"""
SLEEPS = """
{"slug": "sleeps", "steps": [
  {"slug": "try", "kind": "EXECUTION", "config": {"moduleRef": "data/load"},
   "executionPolicy": {"maxAttempts": 3, "backoffBaseSeconds": 1000}},
  {"slug": "nap", "kind": "EXECUTION", "dependsOn": ["try"],
   "config": {"moduleRef": "builtin/sleep", "moduleOptions": {"seconds": 3600}}}],
 "test": {"mocks": [{"component": "/data/load", "returns": [
    {"outcome": "failed", "error": {"code": 503, "message": "busy"}}, {"outcome": "timeout"},
    {"outcome": "success", "result": 5}]}],
  "cases": [{"name": "at last", "status": "COMPLETED", "steps": {"try": {"result": 5}}}]}}
"""
FAILS = """
slug: fails
steps:
- {slug: break, kind: SCRIPT, config: {scriptBody: 'throw new Error("no invoice");'}}
- {slug: after, kind: SCRIPT, dependsOn: [break], config: {scriptBody: 'return 1;'}}
"""


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    output: str
    errors: str

    @property
    def lines(self) -> list[str]:
        """The lines of its output."""
        return self.output.splitlines()


def manage(*arguments: str, data: Path) -> Said:
    """Run a management command to its end, however it ends."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**settings_free(), "DATA": str(data), "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with plan files."""
    made = tmp_path_factory.mktemp("plans")
    files = {
        "route.yaml": ROUTE,
        "sleeps.json": SLEEPS,
        "fails.yaml": FAILS,
        "broken.yaml": "steps: [",
        "wrong.yaml": "slug: wrong\nsteps:\n- {slug: a, kind: SCRIPT, dependsOn: [b], config: {scriptBody: ''}}\n",
    }
    for name, text in files.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def tested(folder: Path) -> tuple[int, dict[str, dict[str, Any]]]:
    """What `test_plan --json` says of all files: exit code, and by case."""
    names = ["route.yaml", "sleeps.json", "fails.yaml", "broken.yaml", "missing.yaml"]
    said = manage("test_plan", *(str(folder / name) for name in names), "--json", data=folder)
    lines = [json.loads(line) for line in said.lines]
    return said.code, {f"{Path(line['file']).name} {line['case']}".strip(): line for line in lines}


def test_every_case_of_every_file_has_a_line(tested: Any) -> None:
    code, lines = tested

    assert code == 1
    assert {name: line["passed"] for name, line in lines.items()} == {
        "route.yaml small": True,
        "route.yaml waits": True,
        "route.yaml approved": True,
        "route.yaml refused": True,
        "route.yaml wrong": False,
        "route.yaml not refused": False,
        "route.yaml refused after all": False,
        "sleeps.json at last": True,
        "fails.yaml": False,
        "broken.yaml": False,
        "missing.yaml": False,
    }
    assert all(set(line) == {"file", "case", "passed", "why", "actual"} for line in lines.values())


def test_what_does_not_hold_is_said(tested: Any) -> None:
    why = {name: line["why"] for name, line in tested[1].items()}

    assert why["route.yaml wrong"] == (
        "status: expected FAILED, got COMPLETED; steps.post.action: expected 'x', got None; "
        "steps.nope: there is no such step"
    )
    assert why["route.yaml not refused"].startswith(
        "findings: expected duplicate-step-slug, but the plan started"
    )
    assert why["route.yaml refused after all"].startswith(
        "the start was refused: missing required inputs: amount"
    )
    assert why["fails.yaml"] == "the plan has no test cases; add some under test.cases"
    assert why["broken.yaml"].startswith("the file can't be read: ")
    assert why["missing.yaml"].startswith("the file can't be read: ")


def test_what_came_out_is_the_object_of_run_plan(tested: Any) -> None:
    actual = tested[1]["route.yaml waits"]["actual"]

    assert {"status", "outcome", "output", "error", "steps", "findings"} <= set(actual)
    assert (actual["status"], actual["outcome"]) == ("RUNNING", None)
    assert set(actual["steps"]["route"]) >= {"status", "action", "result", "error"}


def test_time_is_played(tested: Any) -> None:
    """Two backoffs and an hour of sleep have taken none."""
    steps = tested[1]["sleeps.json at last"]["actual"]["steps"]

    assert [steps[slug]["status"] for slug in ("try", "nap")] == ["COMPLETED", "COMPLETED"]


def test_the_words_of_test_plan(folder: Path) -> None:
    said = manage("test_plan", str(folder / "sleeps.json"), data=folder)

    assert (said.code, said.lines) == (0, [f"pass {folder / 'sleeps.json'} at last", "1 passed, 0 failed"])


@pytest.mark.parametrize(
    ("file", "arguments", "code", "last"),
    [
        ("route.yaml", ["--inputs", '{"amount": 5}'], 0, "COMPLETED"),
        ("route.yaml", ["--inputs", '{"amount": 500}'], 3, "RUNNING"),
        ("route.yaml", [], 2, "not started"),
        ("fails.yaml", [], 1, "FAILED"),
        ("wrong.yaml", [], 2, "not started"),
    ],
)
def test_run_plan_ends_with_the_code_of_what_came_out(
    folder: Path, file: str, arguments: list[str], code: int, last: str
) -> None:
    said = manage("run_plan", str(folder / file), *arguments, data=folder)

    assert (said.code, said.lines[-1]) == (code, last), said.errors


def test_run_plan_prints_one_object(folder: Path) -> None:
    said = manage("run_plan", str(folder / "fails.yaml"), "--json", data=folder)

    shown = json.loads(said.output)
    assert (said.code, shown["status"], shown["outcome"]) == (1, "FAILED", "failed")
    assert shown["steps"]["break"]["error"]["message"] == "no invoice"
    assert shown["steps"]["after"] == {"status": "PENDING", "action": None, "result": None, "error": None}
    assert shown["findings"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.yaml"], "can't be read"),
        (["broken.yaml"], "can't be read"),
        (["route.yaml", "--inputs", "{"], "--inputs is no JSON"),
        (["route.yaml", "--inputs", "[1]"], "--inputs must be a JSON object"),
    ],
)
def test_what_cannot_be_run_is_said_in_a_line(folder: Path, arguments: list[str], message: str) -> None:
    said = manage("run_plan", str(folder / arguments[0]), *arguments[1:], data=folder)

    assert said.code == 2
    assert message in said.errors
    assert "Traceback" not in said.errors


def test_nothing_is_left_behind(folder: Path, tested: Any) -> None:
    assert not list(folder.glob("*.sqlite3"))
    assert not (folder / "files").exists()
