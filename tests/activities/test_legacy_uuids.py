"""Plans that still hold legacy uuids: they run, and the log says once at each start how many there are."""

from __future__ import annotations

from typing import Any

import pytest

from activities.trial.run import Trial

pytestmark = pytest.mark.django_db(transaction=True)

UUID = "6f1d2c3b-0a4e-4f7b-9c1d-2e3f4a5b6c7d"


def steps(**more: Any) -> list[dict[str, Any]]:
    actions = [{"uuid": "go"}, {"slug": "stop"}]
    script = {"scriptBody": "return {action: 'go', n: 4}", "scriptActions": actions}
    reads = {"$from": {"step": more.get("uuid", "route")}, "path": "n"}
    noop = {"kind": "EXECUTION", "config": {"moduleRef": "builtin/noop"}}
    asks = f"steps.`{more.get('uuid', 'route')}`.action = 'go'"
    return [
        {"slug": "route", "kind": "SCRIPT", "config": script, **more},
        {"slug": "reads", "input": reads, **noop},
        {"slug": "asks", "dependsOn": [f"{more.get('uuid', 'route')}:go"], "conditionExpr": asks, **noop},
    ]


def test_references_and_conditions_may_name_a_step_by_its_uuid() -> None:
    actual = Trial({"slug": "old", "steps": steps(uuid=UUID)}).run()

    assert {slug: row["status"] for slug, row in actual["steps"].items()} == dict.fromkeys(
        ("route", "reads", "asks"), "COMPLETED"
    )
    assert actual["steps"]["reads"]["result"] == 4


def test_a_start_warns_once_with_the_counts(caplog: pytest.LogCaptureFixture) -> None:
    Trial({"slug": "old", "steps": steps(uuid=UUID)}).run()

    warned = [each.getMessage() for each in caplog.records if "legacy" in each.getMessage()]
    assert warned == ["plan old still holds legacy uuids: 1 of steps, 1 of actions"]


def test_a_plan_without_uuids_starts_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    plain = steps()
    plain[0]["config"] |= {"scriptActions": [{"slug": "go"}, {"slug": "stop"}]}

    Trial({"slug": "new", "steps": plain}).run()

    assert [each for each in caplog.records if "legacy" in each.getMessage()] == []
