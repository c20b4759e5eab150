"""Commands on plan files."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from plans.language.source import parse_source
from plans.models import Binding, Plan, Project
from plans.notation import line_of, to_yaml

GOOD = "# words\nslug: invoices\nsteps:\n  - {slug: a, kind: SCRIPT, config: {scriptBody: 'return {}'}}\n"
UUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


def run(name: str, *arguments: object, **options: Any) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command(name, *map(str, arguments), stdout=out, **options)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(GOOD)
    return path


def test_a_good_plan_can_start(file: Path) -> None:
    assert run("check_plan", file) == (0, f"{file}: can start\n")


def test_a_plan_with_errors_exits_with_two_and_lists_them(file: Path) -> None:
    file.write_text(GOOD.replace("kind: SCRIPT", "kind: SCRIPT, dependsOn: [no]"))

    code, text = run("check_plan", file, "--json")

    assert code == 2
    assert json.loads(text)["valid"] is False
    assert json.loads(text)["findings"][0]["code"] == "unknown-dep-slug"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a: [", "line 1"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MiB"),
    ],
)
def test_a_file_that_is_none_exits_with_two(content: bytes, says: str, file: Path) -> None:
    file.write_bytes(content)

    code, text = run("check_plan", file)

    assert code == 2
    assert says in text


def test_a_file_that_is_not_there_exits_with_two(tmp_path: Path) -> None:
    code, text = run("check_plan", tmp_path / "none.yaml")

    assert code == 2
    assert "can't be read: No such file or directory" in text


def test_import_saves_publishes_binds_and_is_idempotent(project: Project, file: Path) -> None:
    arguments = (file, "--organization", "northwind", "--project", "accounts-payable", "--publish")

    assert run("import_plan", *arguments) == (0, "invoices: version 1\n")
    assert run("import_plan", *arguments) == (0, "invoices: nothing changed, still version 1\n")
    assert Plan.objects.get().state == "published"
    assert Binding.objects.count() == 1


def test_export_gives_the_authors_own_text(project: Project, file: Path) -> None:
    run("import_plan", file, "--organization", "northwind")

    assert run("export_plan", "invoices") == (0, GOOD)
    _code, text = run("export_plan", "invoices", "--organization", "northwind", "--json")
    assert json.loads(text)["slug"] == "invoices"


def test_uuids_are_listed_then_written_then_gone(file: Path) -> None:
    step = f"  - {{slug: b, kind: SCRIPT, uuid: {UUID}, config: {{scriptBody: x}}}}\n"
    file.write_text(
        GOOD + step + step.replace("slug: b", f"slug: c, dependsOn: [{UUID}]").replace(f"uuid: {UUID}, ", "")
    )

    code, text = run("rewrite_uuids", file)
    assert (code, UUID in text) == (0, True)
    assert UUID in file.read_text()

    run("rewrite_uuids", file, "--write")
    assert UUID not in file.read_text()
    assert run("rewrite_uuids", file) == (0, f"{file}: 0 changes\n")


@pytest.mark.parametrize(
    "value",
    [
        {"a": "on", "b": "yes", "c": "2026-11-20", "d": "0o17", "e": "012", "f": "1e3", "g": "~", "h": ""},
        {"script": "let x = 1;\n  return {x};\n", "tail": "a\n\n", "spaces": "a \n b"},
        {"tab": "a\tb\nc", "unicode": "Grüße \u2028 😀", "colon": "a: b", "hash": "# no", "null": None},
        {"n": 12345678901234567890, "f": 1.0, "t": True, "empty": {}, "list": [[], [1, [2]]]},
        {" lead": " x", "multi\nline": "k"},
    ],
)
def test_yaml_reads_back_equal(value: dict[str, Any]) -> None:
    assert parse_source(to_yaml(value), filename="plan.yaml") == value


def test_a_finding_finds_its_line() -> None:
    from plans.language.finding import error

    text = 'slug: x\nsteps:\n  - slug: "a"\n    kind: SCRIPT\n  - dependsOn: [z]\n    slug: b  # second\n'

    assert line_of(text, error("c", "m", step="b", field="dependsOn[0]")) == 5
    assert line_of(text, error("c", "m", step="a")) == 3
    assert line_of(text, error("c", "m", step="none")) is None
    assert line_of(text, error("c", "m")) is None
