"""Secrets: sealed, revealed for calls, redacted, and clear about keys that are gone."""

from __future__ import annotations

import json
import os
import stat
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from plans import secrets
from plans.errors import Invalid, NotAllowed
from plans.models import Person, Project, Secret


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path, settings: Any) -> Any:
    settings.KEY_FILE = tmp_path / "keys.json"
    secrets._keys.cache_clear()
    yield settings.KEY_FILE
    secrets._keys.cache_clear()


def test_a_sealed_secret_is_revealed_for_a_call(project: Project, ann: Person) -> None:
    secrets.seal(project.organization, "ERP_KEY", "hunter2", by=ann)

    assert secrets.reveal(project.organization_id, ["ERP_KEY"]) == {"ERP_KEY": "hunter2"}


def test_the_database_holds_no_clear_text_but_the_key_id(
    project: Project, ann: Person, key_file: Path
) -> None:
    secrets.seal(project.organization, "ERP_KEY", "hunter2", by=ann)

    sealed = Secret.objects.get().sealed
    assert "hunter2" not in sealed
    assert sealed.split(":")[0] == json.loads(key_file.read_text())["keys"][0]["id"]


def test_only_the_owner_may_read_the_key_file(project: Project, ann: Person, key_file: Path) -> None:
    secrets.seal(project.organization, "A", "x", by=ann)

    assert stat.S_IMODE(os.stat(key_file).st_mode) == 0o600
    assert os.listdir(key_file.parent) == ["keys.json"]


def test_processes_that_start_together_agree_on_one_key(key_file: Path) -> None:
    def start(_number: int) -> dict[str, str]:
        return secrets._keys.__wrapped__()

    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(start, range(8)))

    assert all(found == keys[0] for found in keys)


def test_a_new_key_seals_and_the_old_one_still_opens(project: Project, ann: Person) -> None:
    secrets.seal(project.organization, "OLD", "one", by=ann)

    secrets.new_key()
    secrets.seal(project.organization, "NEW", "two", by=ann)

    assert secrets.reveal(project.organization_id, ["OLD", "NEW"]) == {"OLD": "one", "NEW": "two"}
    ids = [sealed.split(":")[0] for sealed in Secret.objects.order_by("pk").values_list("sealed", flat=True)]
    assert ids[0] != ids[1]


def test_a_lost_key_is_named(project: Project, ann: Person, key_file: Path) -> None:
    secrets.seal(project.organization, "A", "x", by=ann)
    key_file.unlink()
    secrets._keys.cache_clear()

    with pytest.raises(
        secrets.SecretKeyProblem, match=r'secret "A" was sealed with key \w+, which is not in'
    ):
        secrets.reveal(project.organization_id, ["A"])


def test_a_wrong_key_of_the_same_name_is_told(project: Project, ann: Person, key_file: Path) -> None:
    secrets.seal(project.organization, "A", "x", by=ann)
    keys = json.loads(key_file.read_text())
    keys["keys"][0]["key"] = secrets._fresh()[1]
    key_file.write_text(json.dumps(keys))
    secrets._keys.cache_clear()

    with pytest.raises(secrets.SecretKeyProblem, match="can't be opened"):
        secrets.reveal(project.organization_id, ["A"])


@pytest.mark.parametrize(
    "content", ["", "{}", '{"keys": []}', '{"keys": [{"id": "a", "key": "short"}]}', "[1]"]
)
def test_a_broken_key_file_is_never_overwritten(
    content: str, project: Project, ann: Person, key_file: Path
) -> None:
    key_file.write_text(content)

    with pytest.raises(secrets.SecretKeyProblem):
        secrets.seal(project.organization, "A", "x", by=ann)
    assert key_file.read_text() == content


def test_a_secret_that_is_not_set_is_named(project: Project) -> None:
    with pytest.raises(secrets.SecretMissing, match='secret "NONE" is not set'):
        secrets.reveal(project.organization_id, ["NONE"])


@pytest.mark.parametrize(
    ("name", "value"), [("", "x"), ("A-B", "x"), ("1A", "x"), ("A", ""), ("A", "x" * 20_000)]
)
def test_a_name_or_value_that_is_none_is_refused(
    name: str, value: str, project: Project, ann: Person
) -> None:
    with pytest.raises(Invalid):
        secrets.seal(project.organization, name, value, by=ann)


def test_who_does_not_administer_sets_no_secret(project: Project, ben: Person, cy: Person) -> None:
    for person in (ben, cy):
        with pytest.raises(NotAllowed):
            secrets.seal(project.organization, "A", "x", by=person)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ('key p@ss"w used', "key ••• used"),
        ('{"k": "p@ss\\"w"}', '{"k": "•••"}'),
        ("?k=p%40ss%22w", "?k=•••"),
        ("Basic cEBzcyJ3", "Basic •••"),
        ("?k=p%40ss%22w and p%40ss%22w&amp;", "?k=••• and •••&amp;"),
        ("<b>p@ss&quot;w</b>", "<b>•••</b>"),
        ("nothing here", "nothing here"),
    ],
)
def test_redaction_finds_a_value_in_every_dress(text: str, clean: str) -> None:
    assert secrets.redact(text, ['p@ss"w', ""]) == clean


@pytest.mark.parametrize("user", ["", "a", "ab", "abc", "ann"])
@pytest.mark.parametrize("after", ["", "!", "xy"])
def test_redaction_finds_a_value_within_the_base64_of_a_longer_text(user: str, after: str) -> None:
    text = b64encode(f"{user}:s3cr3t>>value??{after}".encode()).decode()

    for shown in (text, text.replace("+", "-").replace("/", "_")):
        assert secrets.MASK in secrets.redact(f"Authorization: Basic {shown}", ["s3cr3t>>value??"])


def test_redaction_finds_what_a_value_in_base64_stands_for() -> None:
    value = b64encode(b"ann:pa55word").decode()

    assert secrets.redact("ann:pa55word or pa55word", [value]) == "••• or •••"
