"""What the README shows runs as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from activities.modules import ModuleCall, registry
from activities.trial.cases import run_cases
from plans.language.source import parse_source

ENTRY_POINT = re.compile(r'# \[project.entry-points."(.*)"\]\n.*# "(.*)" = "(.*):.*"')
README = Path(__file__).parent.parent / "README.md"
EXAMPLES = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_of_the_readme_holds(number: int, tmp_path: Path) -> None:
    document = parse_source(EXAMPLES[number], filename="example.yaml")
    assert isinstance(document, dict)

    outcomes = list(run_cases(document, folder=tmp_path))

    assert outcomes
    assert [ran.why for ran in outcomes] == [""] * len(outcomes)


def test_the_readme_has_examples() -> None:
    assert len(EXAMPLES) >= 5


def test_the_function_of_the_readme_is_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (source,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    found = ENTRY_POINT.search(source)
    assert found is not None
    group, name, file = found.groups()
    info = tmp_path / f"{file}-1.0.dist-info"
    info.mkdir()
    (tmp_path / f"{file}.py").write_text(source)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {file}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {file}:gross\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry._found.cache_clear()

    module = registry.find_module(name)

    registry._found.cache_clear()
    assert module is not None
    assert (module.title, module.run(ModuleCall(input={"net": 100}))) == ("Add the tax", {"gross": 120})
