"""Random plans with more of the language in them: mapped and judged answers, child plans, conditions of documents."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.oracle.generate import KINDS, Author

PLANS = {
    "child": {"steps": [], "output": {"got": {"$input": "n"}}},
    "broken": {"steps": [{"slug": "a", "kind": "SCRIPT", "config": {"scriptBody": "throw new TypeError('boom');"}}]},
    "skipped": {
        "steps": [{"slug": "a", "kind": "EXECUTION", "config": {"moduleRef": "builtin/noop"}, "skipIf": True}],
        "output": {"$step": "a"},
    },
}  # fmt: skip
MAPPINGS = {"m": "_body.n", "code": "_statusCode", "fixed": 3, "none": "missing"}
JUDGEMENTS = ("_statusCode > 900", "_statusCode > 400", "n = 1", "_body.action = 'x'", "missing")


class WiderAuthor(Author):
    """Writes all that `Author` does, and more."""

    kinds = (*KINDS, "PLAN", "PLAN", "BRIDGE_CALL", "BRIDGE_CALL")

    def _bridge_call(self, step: dict[str, Any]) -> None:
        super()._bridge_call(step)
        if self.chance(0.5):
            chosen = self.dice.sample(sorted(MAPPINGS), self.dice.randint(1, 3))
            step["config"]["outputMapping"] = {key: MAPPINGS[key] for key in chosen}
        if self.chance(0.4):
            step["config"]["treatAsError"] = self.dice.choice(JUDGEMENTS)

    def _plan(self, step: dict[str, Any]) -> None:
        step["config"] = {
            "activityPlanRef": self.dice.choice(("child", "child", "child", "broken", "skipped"))
        }
        if step["config"]["activityPlanRef"] == "child":
            step["config"]["inputs"] = {"n": self.dice.choice((3, {"k": [1]}, None))}
        if self.chance(0.1):
            self._mock(step)

    def condition(self, step: dict[str, Any]) -> str:
        if self.routes and self._fans(step) and self.documents and self.chance(0.6):
            name = self.dice.choice(self.documents)
            return self.dice.choice(
                (f"document.path != '{name}'", f"document.path = '{name}'", "$exists(document.path)")
            )
        return super().condition(step)


def generate(dice: Random) -> dict[str, Any]:
    """Return `{document, inputs, variables, documents, mocks}`."""
    case = WiderAuthor(dice).plan()
    catalog = case["document"]["test"]["catalog"]
    case["document"]["test"] = {"catalog": catalog | {"plans": PLANS}}
    return case
