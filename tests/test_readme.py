"""What the README shows runs as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from activities.trial.cases import run_cases
from plans.language.source import parse_source

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
    assert len(EXAMPLES) >= 3
