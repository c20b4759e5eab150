"""The JSON Schemas of the editor's forms: every key has its hint, and the file in the repository is fresh."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from plans.editor.schema import editor_schema
from plans.language.schema import KINDS, STEP_TYPES, Plan
from plans.language.schema.hints import GROUPS, HINTS, WIDGETS
from plans.management.commands import editor_schema as command


def fields(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk over every key of every object of the language, nested ones too."""
    if isinstance(schema, list):
        for item in schema:
            yield from fields(item, path)
    elif isinstance(schema, dict):
        for key, entry in schema.get("properties", {}).items():
            yield f"{path}.{key}", entry
            yield from fields(entry, f"{path}.{key}")
        for key in ("items", "anyOf"):
            yield from fields(schema.get(key), path)


ALL = [
    (f"{name}{path}", entry)
    for name, schema in (
        ("plan", editor_schema()["plan"]),
        ("step", editor_schema()["step"]),
        *editor_schema()["configs"].items(),
    )
    for path, entry in fields(schema)
]


@pytest.mark.parametrize(("path", "entry"), ALL, ids=[path for path, _ in ALL])
def test_every_key_says_what_it_does_and_how_it_is_shown(path: str, entry: dict[str, Any]) -> None:
    hint = entry["editor"]

    assert hint["widget"] in WIDGETS and hint["group"] in GROUPS
    assert hint["label"] and hint["help"].endswith(".")
    assert hint["help"][0].isupper() or hint["help"][0].isdigit()
    assert "$ref" not in str(entry)


def test_the_forms_hold_exactly_the_keys_of_the_language() -> None:
    schema = editor_schema()

    assert set(schema["plan"]["properties"]) == {
        info.alias for name, info in Plan.model_fields.items() if name not in ("kept", "broken")
    }
    for kind in KINDS:
        config = STEP_TYPES[kind].model_fields["config"].annotation
        keys = {info.alias for name, info in config.model_fields.items() if name != "kept"}  # type: ignore[union-attr]
        assert set(schema["configs"][kind]["properties"]) == keys


def test_no_hint_is_for_a_key_that_does_not_exist() -> None:
    known = {path.rsplit(".", 1)[-1] for path, _ in ALL}

    assert {key for keys in HINTS.values() for key in keys} <= known


def test_a_choice_offers_exactly_what_the_language_takes() -> None:
    for path, entry in ALL:
        if entry["editor"]["widget"] == "choice":
            taken = [value for part in (entry, *entry.get("anyOf", ())) for value in part.get("enum", ())]
            assert sorted(choice["value"] for choice in entry["editor"]["choices"]) == sorted(taken), path


def test_the_keys_stand_in_the_order_of_the_form() -> None:
    assert list(editor_schema()["configs"]["EXECUTION"]["properties"]) == [
        "moduleRef",
        "moduleOptions",
        "maxParallel",
        "maxFailed",
        "perDocument",
        "joinPolicy",
    ]


def test_what_is_shown_only_sometimes_hangs_on_a_key_that_exists() -> None:
    siblings: dict[str, set[str]] = {}
    for path, _entry in ALL:
        parent, _dot, key = path.rpartition(".")
        siblings.setdefault(parent, set()).add(key)

    assert [
        path
        for path, entry in ALL
        if "when" in entry["editor"]
        and entry["editor"]["when"]["key"] not in siblings[path.rpartition(".")[0]]
    ] == []


def test_the_file_in_the_repository_is_fresh() -> None:
    call_command("editor_schema", "--check")


def test_a_file_that_is_not_fresh_is_told(
    settings: Any, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="not fresh"):
        call_command("editor_schema", "--check")

    call_command("editor_schema")
    call_command("editor_schema", "--check")

    assert (tmp_path / command.FILE).read_text().startswith("/** How the editor's forms are made")


def test_a_form_marks_the_keys_that_its_kind_needs() -> None:
    configs = editor_schema()["configs"]

    assert configs["BRIDGE_CALL"]["required"] == ["serviceBridgeRef", "endpointName"]
    assert "required" not in configs["LLM"]  # a prompt or a template of one
