"""Broken plans and the codes that refuse them: a list after the table of findings, and what breaks plans."""

from __future__ import annotations

import re
from random import Random
from typing import Any

EMITS = {"SCRIPT": "scriptActions", "LLM": "promptActions", "BRIDGE_CALL": "bridgeActions"}
NEEDS = {
    "EXECUTION": ("moduleRef",),
    "SCRIPT": ("scriptBody",),
    "CREATE_TASK": ("taskTemplateRef",),
    "BRIDGE_CALL": ("serviceBridgeRef", "endpointName"),
    "LLM": ("promptBody",),
    "APPROVAL": ("approverRole",),
}
CONFIGS: dict[str, dict[str, Any]] = {
    "EXECUTION": {"moduleRef": "acme/work"},
    "SCRIPT": {"scriptBody": "return {action: 'x'};", "scriptActions": [{"slug": "x"}, {"slug": "y"}]},
    "CREATE_TASK": {"taskTemplateRef": "review", "actions": [{"slug": "mirror"}]},
    "BRIDGE_CALL": {"serviceBridgeRef": "erp", "endpointName": "post", "bridgeActions": [{"slug": "x"}]},
    "LLM": {"promptBody": "Say.", "promptActions": [{"slug": "x"}]},
    "APPROVAL": {"approverRole": "cfo"},
    "AGENT": {"agentRuntimeRef": "acme/runtime", "prompt": "Look."},
}
NEEDS["AGENT"] = ("agentRuntimeRef",)
CATALOG = {
    "taskTemplates": {"review": {"actions": [{"slug": "approve"}]}},
    "serviceBridges": {
        "erp": {
            "baseUrl": "https://erp.example.com",
            "endpoints": [{"name": "post", "method": "POST", "path": "/bills"}],
        }
    },
}
TABLE = frozenset(
    {
        "step-missing-slug-or-kind",
        "duplicate-step-slug",
        "duplicate-action-slug",
        "unknown-dep-slug",
        "await-no-condition",
        "action-edge-undeclared",
        "action-edge-upstream-cannot-emit",
        "action-inline-only",
        "action-ambiguous",
        "action-identity-conflict",
        "legacy-uuid-collision",
        "dependency-cycle",
        "depends-on-self",
        "unknown-kind",
        "kind-and-type-disagree",
        "unknown-key",
        "missing-config",
        "slug-format",
        "unknown-task-template",
    }
)
# Where a name may mean two steps or one that can't be read, what else is found hangs on which is meant.
UNSURE = frozenset(
    {
        "step-missing-slug-or-kind",
        "unknown-kind",
        "duplicate-step-slug",
        "legacy-uuid-collision",
        "slug-format",
    }
)


class Wrecker:
    """Writes a plan and breaks it here and there."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.slugs = [f"s{number}" for number in range(1, dice.randint(2, 6))]
        self.wrecks = 0.03 if dice.random() < 0.5 else 0.12

    def breaks(self) -> bool:
        return self.dice.random() < self.wrecks

    def plan(self) -> dict[str, Any]:
        """Return a document."""
        steps = [self.step(number, slug) for number, slug in enumerate(self.slugs)]
        return {"slug": "p", "name": "P", "steps": steps, "test": {"catalog": CATALOG}}

    def step(self, number: int, slug: str) -> dict[str, Any]:
        kind = self.dice.choice(list(CONFIGS))
        config = {
            key: [dict(action) for action in value] if isinstance(value, list) else value
            for key, value in CONFIGS[kind].items()
        }
        step: dict[str, Any] = {"slug": slug, "kind": kind, "config": config}
        if self.dice.random() < 0.25:
            step["uuid"] = self.uuid(number)
        step["dependsOn"] = [self.dep(number) for _ in range(self.dice.choice((0, 1, 1, 2)))]
        if any("?" in dep for dep in step["dependsOn"]) and not self.breaks():
            step["conditionExpr"] = "true"
        if number and self.dice.random() < 0.3:
            step["input"] = {
                "a": {"$step": self.dice.choice(self.slugs if self.breaks() else self.slugs[:number])}
            }
        self.wreck(step)
        return step

    def uuid(self, number: int) -> str:
        """Return a uuid of the step's own, or somebody else's slug or uuid."""
        if self.breaks():
            return self.dice.choice(self.slugs)
        if self.breaks():
            number = 0
        return f"11111111-1111-4111-8111-00000000000{number}"

    def dep(self, number: int) -> str:
        below = self.slugs[:number]
        slug = self.dice.choice(self.slugs if self.breaks() or not below else below)
        if self.breaks():
            slug = "nobody"
        slug += "?" if self.dice.random() < 0.2 else ""
        action = self.dice.choice(("x", "approve", "approved", "mirror", "y", "zzz"))
        return f"{slug}:{action}" if self.dice.random() < 0.3 else slug

    def wreck(self, step: dict[str, Any]) -> None:
        actions = step["config"].get(EMITS.get(step["kind"], "actions"), [])
        if actions and self.breaks():
            actions.append(dict(self.dice.choice(actions)))
        if actions and self.breaks():
            actions[0]["uuid"] = self.dice.choice((actions[0]["slug"], "other"))
        if actions and self.breaks():
            actions[-1]["uuid"] = actions[-1].pop("slug")
        if self.breaks():
            step["dependencies"] = []
        if self.breaks() and step["config"]:
            del step["config"][self.dice.choice(list(step["config"]))]
        if self.breaks() and "taskTemplateRef" in step["config"]:
            step["config"]["taskTemplateRef"] = "nowhere"
        if self.breaks():
            step["slug"] = self.dice.choice((*self.slugs, "Upper", "a b", "-dash"))
        if self.breaks():
            step["type"] = self.dice.choice((step["kind"], "AGENT"))
        if self.breaks():
            step["kind"] = "ROBOT"
        if self.breaks():
            step.pop(self.dice.choice(("slug", "kind")))


def codes(document: dict[str, Any]) -> set[str]:
    """Return the codes of the table that refuse the document."""
    return Reader(document["steps"]).codes()


class Reader:
    """Reads the table of findings against a plan, row by row."""

    def __init__(self, steps: list[dict[str, Any]]) -> None:
        self.steps = steps
        self.found: set[str] = set()
        self.ids = {step["slug"]: step for step in reversed(steps) if "slug" in step}
        for step in steps:
            if "slug" in step and "uuid" in step:
                self.ids.setdefault(step["uuid"], step)

    def codes(self) -> set[str]:
        for step in self.steps:
            self._identity(step)
            self._config(step)
            self._actions(step)
            self._dependencies(step)
        self._twins()
        self._cycles()
        return self.found

    def _identity(self, step: dict[str, Any]) -> None:
        """Say what keeps a step from being read at all; of such a step nothing more is said."""
        if "slug" not in step or kind_of(step) is None:
            self.found.add("step-missing-slug-or-kind")
        elif kind_of(step) not in CONFIGS:
            self.found.add("unknown-kind")
        else:
            if step.get("type", kind_of(step)) != kind_of(step):
                self.found.add("kind-and-type-disagree")
            if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", step["slug"]):
                self.found.add("slug-format")
            if "dependencies" in step:
                self.found.add("unknown-key")
            if set(step["config"]) - set(CONFIGS[kind_of(step)]):
                self.found.add("unknown-key")

    def _config(self, step: dict[str, Any]) -> None:
        if not sound(step):
            return
        if any(key not in step["config"] for key in NEEDS.get(kind_of(step), ())):
            self.found.add("missing-config")
        if kind_of(step) == "CREATE_TASK" and step["config"].get("taskTemplateRef") == "nowhere":
            self.found.add("unknown-task-template")

    def _actions(self, step: dict[str, Any]) -> None:
        if not sound(step):
            return
        key = "actions" if kind_of(step) == "CREATE_TASK" else EMITS.get(kind_of(step), "")
        declared = step["config"].get(key, [])
        known = [action.get("slug", action.get("uuid")) for action in declared]
        if len(set(known)) < len(known):
            self.found.add("duplicate-action-slug")
        if any(
            "uuid" in action and action.get("slug", action["uuid"]) != action["uuid"] for action in declared
        ):
            self.found.add("action-identity-conflict")

    def _dependencies(self, step: dict[str, Any]) -> None:
        if not sound(step):
            return
        if any("?" in text for text in step["dependsOn"]) and "conditionExpr" not in step:
            self.found.add("await-no-condition")
        for text in step["dependsOn"]:
            name, _, action = text.partition(":")
            upstream = self.ids.get(name.rstrip("?"))
            if upstream is None:
                self.found.add("unknown-dep-slug")
            elif upstream is step:
                self.found.add("depends-on-self")
            if action and upstream is not None and sound(upstream):
                self._edge(upstream, action.rstrip("?"))
        for name in [step["input"]["a"]["$step"]] if "input" in step else []:  # implies a dependency
            if name not in self.ids:
                self.found.add("unknown-dep-slug")
            elif self.ids[name] is step:
                self.found.add("depends-on-self")

    def _edge(self, upstream: dict[str, Any], action: str) -> None:
        kind, config = kind_of(upstream), upstream["config"]
        if kind in ("EXECUTION", "AGENT"):
            self.found.add("action-edge-upstream-cannot-emit")
            return
        if kind == "CREATE_TASK":
            if config.get("taskTemplateRef") != "review":
                return
            live = ["approve"]
            inline = [one.get("slug", one.get("uuid")) for one in config.get("actions", [])]
        else:
            own = config.get(EMITS.get(kind, ""), [])
            live = [one.get("slug", one.get("uuid")) for one in own]
            live, inline = (["approved", "rejected", "needs-info"] if kind == "APPROVAL" else live), []
        if live.count(action) > 1:
            self.found.add("action-ambiguous")
        elif action in inline and action not in live:
            self.found.add("action-inline-only")
        elif action not in live:
            self.found.add("action-edge-undeclared")

    def _twins(self) -> None:
        slugs = [step["slug"] for step in self.steps if sound(step)]
        if len(set(slugs)) < len(slugs):
            self.found.add("duplicate-step-slug")
        named = [step for step in self.steps if sound(step)]
        uuids = [step["uuid"] for step in named if "uuid" in step]
        others = any(
            "uuid" in step and any(step["uuid"] == other["slug"] for other in named if other is not step)
            for step in named
        )
        if len(set(uuids)) < len(uuids) or others:
            self.found.add("legacy-uuid-collision")

    def _cycles(self) -> None:
        edges: dict[str, set[str]] = {}
        for step in filter(sound, self.steps):
            before = {text.partition(":")[0].rstrip("?") for text in step["dependsOn"]}
            before |= {step["input"]["a"]["$step"]} if "input" in step else set()
            known = {self.ids[one]["slug"] for one in before if one in self.ids}
            edges.setdefault(step["slug"], set()).update(known - {step["slug"]})
        while edges:
            free = [slug for slug, before in edges.items() if not before & edges.keys()]
            if not free:
                self.found.add("dependency-cycle")
                return
            for slug in free:
                del edges[slug]


def kind_of(step: dict[str, Any]) -> Any:
    """Return the kind of a step, in either spelling."""
    return step.get("kind", step.get("type"))


def sound(step: dict[str, Any]) -> bool:
    """Tell if a step can be read at all."""
    return "slug" in step and kind_of(step) in CONFIGS
