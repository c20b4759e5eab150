"""Every history in this folder still folds to what it ended as."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.activities.histories.history import FOLDER, ended, replay

HISTORIES = sorted(FOLDER.glob("*.json"))


def test_there_are_histories() -> None:
    assert len(HISTORIES) >= 5


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_history_folds_to_what_it_ended_as(path: Path) -> None:
    history = json.loads(path.read_text(encoding="utf-8"))

    graph, state = replay(history)

    assert ended(graph, state) == history["ended"]
