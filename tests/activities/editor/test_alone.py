"""Which documents come to a per-document step that runs by itself."""

from __future__ import annotations

from typing import Any

import pytest

from activities.trial.alone import coming
from plans.language.spellings import read

PINS: dict[str, dict[str, Any]] = {
    "sort": {
        "documents": {
            "in.pdf": {"status": "COMPLETED", "action": "invoice"},
            "let.pdf": {"status": "COMPLETED", "action": "letter"},
            "bad.pdf": {"status": "FAILED"},
            "old.pdf": {"status": "SKIPPED"},
        }
    },
    "book": {"documents": {"in.pdf": {"status": "COMPLETED"}, "let.pdf": {"status": "NOT_TAKEN"}}},
    "whole": {"status": "COMPLETED", "result": {}},
}
NAMES = ("in.pdf", "let.pdf", "bad.pdf", "old.pdf")


@pytest.mark.parametrize(
    ("depends_on", "config", "names"),
    [
        (["sort"], {}, ["in.pdf", "let.pdf", "old.pdf"]),
        (["sort:invoice"], {}, ["in.pdf", "old.pdf"]),
        (["sort?:invoice"], {}, ["in.pdf", "let.pdf", "old.pdf"]),
        (["book"], {}, ["in.pdf"]),
        (["book?"], {}, ["in.pdf", "let.pdf", "bad.pdf", "old.pdf"]),
        (["sort", "book?"], {}, ["in.pdf", "let.pdf", "old.pdf"]),
        (["book?", "sort?:letter"], {"joinPolicy": "ANY_BRANCH"}, ["in.pdf", "let.pdf", "old.pdf"]),
        (["whole"], {}, list(NAMES)),
        (["sort:invoice"], {"perDocument": False}, list(NAMES)),
    ],
)
def test_documents_come_by_the_table_of_the_language(
    depends_on: list[str], config: dict[str, Any], names: list[str]
) -> None:
    step = {
        "slug": "own",
        "kind": "SCRIPT",
        "dependsOn": depends_on,
        "config": {"scriptBody": "return {};", "perDocument": True, **config},
    }

    assert coming(read({"slug": "p", "steps": [step]})[0].by_slug["own"], PINS, NAMES) == names
