"""One plan through the engine and through the oracle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from io import StringIO
from random import Random
from typing import Any

from ruamel.yaml import YAML

from activities.trial.run import Trial
from tests.oracle import wider
from tests.oracle.compare import differences
from tests.oracle.generate import generate
from tests.oracle.model import Run
from tests.oracle.rules import Row


def compare(
    dice: Random, *, wide: bool = False
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], list[str]]:
    """Return the case, what the oracle says, what the run gave, and where they differ."""
    case = wider.generate(dice) if wide else generate(dice)
    return case, *judged(case)


def judged(case: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """Return what the oracle says of a case, what the run gave, and where they differ."""
    actual, expected = run(case), foretell(case)
    if actual["status"] is None:
        return expected, actual, [f"refused: {actual['findings'][0]['message']}"]
    return expected, actual, differences(expected, actual, case["document"])


def run(case: Mapping[str, Any]) -> dict[str, Any]:
    """Run a case through the engine."""
    return Trial(
        deepcopy(case["document"]),
        inputs=case["inputs"],
        variables=case["variables"],
        documents=case["documents"],
        mocks=case["mocks"],
    ).run()


def foretell(case: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the oracle."""
    return Run(case["document"], case["inputs"], case["variables"], case["documents"], case["mocks"]).play()


def told(case: Mapping[str, Any], expected: Any, actual: Any, found: Sequence[str]) -> str:
    """Show a difference: the plan as YAML, both results."""
    document = {key: value for key, value in case["document"].items() if key != "test"}
    text, yaml = StringIO(), YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.width = None, 160
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump({**case, "document": document}, text)
    parts = [
        text.getvalue(),
        "oracle:\n" + _shown({slug: _row(row) for slug, row in expected["steps"].items()}, expected),
        "run:\n" + _shown(actual["steps"], actual),
        *found,
    ]
    return "\n".join(parts)


def _row(row: Row) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "status": row.status,
        "action": row.action,
        "result": row.result,
        "error": row.error,
    }
    if row.documents is not None:
        shown["documents"] = {name: _row(one) for name, one in row.documents.items()}
    return shown


def _shown(steps: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    lines = [f"  {key}: {whole[key]!r}" for key in ("status", "outcome", "output", "error", "unrouted")]
    return "\n".join([*lines, *(f"  {slug}: {row}" for slug, row in steps.items())])
