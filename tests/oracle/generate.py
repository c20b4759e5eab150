"""Random plans with their mocks, inputs and documents: what the oracle knows how to judge, mostly valid."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any

ACTIONS = ("x", "y", "z")
DOCUMENTS = ("a.txt", "b.txt", "c.txt", "d.txt")
KINDS = ["EXECUTION"] * 8 + ["SCRIPT"] * 5 + ["BRIDGE_CALL", "LLM", "CREATE_TASK", "APPROVAL", "AGENT"]
RESULTS: tuple[Any, ...] = (
    {"n": 1, "k": {"x": [1, 2]}},
    {"n": 0, "t": ""},
    {"n": None, "k": {}},
    {},
    None,
    7,
    [3, 4],
    "text",
)
PATHS = ("n", "k.x[0]", "k.x", "/k/x/1", "$.n", "t", "missing", "[1]")
INPUTS = {
    "n": 5,
    "flag": True,
    "off": False,
    "zero": 0,
    "text": "hello",
    "side": "x",
    "none": None,
    "list": [7, 8],
}
CATALOG = {
    "taskTemplates": {"review": {"actions": [{"slug": action} for action in ACTIONS]}},
    "serviceBridges": {
        "erp": {
            "baseUrl": "https://erp.example.com",
            "endpoints": [{"name": "post", "method": "POST", "path": "/bills"}],
        }
    },
}


class Author:
    """Writes one plan by the throws of `dice`."""

    kinds: Sequence[str] = KINDS

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.steps: list[dict[str, Any]] = []
        self.mocks: list[dict[str, Any]] = []
        self.documents = list(DOCUMENTS[: dice.choice((0, 0, 1, 2, 3, 4))])
        self.fans = dice.random() < 0.55
        self.routes = self.fans and dice.random() < 0.5
        self.quiet = dice.random() < 0.5  # few failures

    def chance(self, probability: float) -> bool:
        return self.dice.random() < probability

    def plan(self) -> dict[str, Any]:
        """Write the plan and what it is run with."""
        for number in range(self.dice.randint(1, 9)):
            self.steps.append(self.step(f"s{number + 1}"))
        self._settle_joins()
        upstream = list(self.steps)
        document: dict[str, Any] = {"slug": "p", "name": "P", "variables": {"v": {"default": {"n": 2}}}}
        if self.chance(0.6):
            document["output"] = self.tree(upstream, 0)
        elif self.chance(0.4):
            document["output"] = {key: self.reference(upstream, None) for key in ("a", "b", "c")}
        if self.chance(0.5):
            document["failurePolicy"] = self.dice.choice(("any", "output", "output"))
        if self.chance(0.5):
            self.dice.shuffle(self.steps)
        document |= {"steps": self.steps, "test": {"catalog": CATALOG}}
        self.dice.shuffle(self.mocks) if self.chance(0.2) else None
        return {
            "document": document,
            "inputs": dict(INPUTS),
            "variables": {"v": {"n": 3}} if self.chance(0.2) else {},
            "documents": self.documents,
            "mocks": self.mocks,
        }

    def _settle_joins(self) -> None:
        """Keep ANY_BRANCH only where the plan routes documents at all."""
        fans = {step["slug"] for step in self.steps if self._fans(step)}
        texts = [text for step in self.steps for text in step.get("dependsOn", [])]
        if any(":" in text and text.partition(":")[0].rstrip("?") in fans for text in texts):
            return
        for step in self.steps:
            if step["config"].get("joinPolicy") == "ANY_BRANCH":
                del step["config"]["joinPolicy"]
                step.setdefault("conditionExpr", "true")

    # ------------------------------------------------------------------ steps

    def step(self, slug: str) -> dict[str, Any]:
        kind = self.dice.choice(self.kinds)
        upstream = list(self.steps)
        step: dict[str, Any] = {"slug": slug, "kind": kind, "config": {}}
        fans = self.fans and kind in ("EXECUTION", "SCRIPT", "LLM", "BRIDGE_CALL") and self.chance(0.6)
        if fans:
            step["config"]["perDocument"] = True
            self._fan(step)
        self._depends(step, upstream)
        getattr(self, f"_{kind.lower()}")(step)
        self._guards(step, upstream)
        self._failures(step)
        if self.chance(0.06):
            step["bypass"] = True
        if self.chance(0.1):
            step["mustExecute"] = True
        return step

    def _fan(self, step: dict[str, Any]) -> None:
        config = step["config"]
        if self.chance(0.5):
            config["joinPolicy"] = self.dice.choice(("ALL_SETTLED", "ALL_COMPLETED", "ANY_COMPLETED"))
        if step["kind"] == "EXECUTION" and config.get("joinPolicy") != "ANY_COMPLETED" and self.chance(0.2):
            config["maxFailed"] = self.dice.choice((0, 1, 2, "50%", "30%"))

    def _depends(self, step: dict[str, Any], upstream: list[dict[str, Any]]) -> None:
        fans = step["config"].get("perDocument")
        chosen = self.dice.sample(upstream, min(len(upstream), self.dice.choice((0, 1, 1, 1, 2, 2, 3))))
        if not chosen:
            return
        join = fans and self.routes and self.chance(0.35)
        if join and any(self._fans(one) for one in chosen):
            step["config"]["joinPolicy"] = "ANY_BRANCH"
            step["config"].pop("maxFailed", None)
        step["dependsOn"] = [self._dep(step, one) for one in chosen]
        if step["config"].get("joinPolicy") == "ANY_BRANCH" and not any(
            "?" in text and self._fans(one) for text, one in zip(step["dependsOn"], chosen, strict=True)
        ):
            del step["config"]["joinPolicy"]

    def _dep(self, step: dict[str, Any], upstream: dict[str, Any]) -> str:
        slug, actions = upstream["slug"], emitted(upstream)
        may_qualify = bool(actions) and not self._races(upstream)
        if upstream["config"].get("perDocument") and not self.routes:
            may_qualify = False
        qualified = may_qualify and self.chance(0.6)
        awaits = self.chance(0.7 if step["config"].get("joinPolicy") == "ANY_BRANCH" else 0.25)
        action = self.dice.choice(actions) if qualified else None
        if awaits:
            return (
                f"{slug}?:{action}"
                if action and self.chance(0.5)
                else f"{slug}:{action}?"
                if action
                else f"{slug}?"
            )
        return f"{slug}:{action}" if action else slug

    def _fans(self, step: dict[str, Any]) -> bool:
        return bool(step["config"].get("perDocument"))

    def _races(self, step: dict[str, Any]) -> bool:
        """Tell if what is seen of a step hangs on who looks when."""
        return step["config"].get("joinPolicy") == "ANY_COMPLETED"

    def _guards(self, step: dict[str, Any], upstream: list[dict[str, Any]]) -> None:
        awaits = any("?" in text for text in step.get("dependsOn", []))
        if (awaits and step["config"].get("joinPolicy") != "ANY_BRANCH") or self.chance(0.2):
            step["conditionExpr"] = self.condition(step)
        if self.chance(0.12):
            step["skipIf"] = (
                self.reference(upstream, step) if self.chance(0.8) else self.tree(upstream, 1, step)
            )
        if self.chance(0.5):
            step["input"] = self.tree(upstream, 0, step)

    def _failures(self, step: dict[str, Any]) -> None:
        if self.chance(0.35):
            action = self.dice.choice(("fail", "continue", "skip", "retry", "retry"))
            step["onError"] = {"action": action}
            if action == "retry" and self.chance(0.7):
                step["onError"]["maxRetries"] = self.dice.choice((1, 2))
            if action in ("continue", "retry") and self.chance(0.6):
                step["onError"]["defaultOutput"] = self.dice.choice(({"n": 9}, None, 4))
        if self.chance(0.15):
            step["executionPolicy"] = {"maxAttempts": self.dice.choice((1, 2, 3))}
            if self.chance(0.5):
                step["executionPolicy"]["onExhausted"] = self.dice.choice(("fail", "skip"))

    # ------------------------------------------------------------------ kinds

    def _execution(self, step: dict[str, Any]) -> None:
        step["config"]["moduleRef"] = self.dice.choice(("acme/one", "acme/two", "acme/three"))
        if self.chance(0.04):
            return
        if self.chance(0.15):
            key = self.dice.choice(({"moduleRef": step["config"]["moduleRef"]}, {"component": "/acme/one"}))
            self.mocks.append({**key, "returns": self.returns(step)})
            return
        self._mock(step)

    def _agent(self, step: dict[str, Any]) -> None:
        step["config"] |= {"agentRuntimeRef": "acme/runtime", "prompt": "Look."}
        self._mock(step) if self.chance(0.9) else None

    def _script(self, step: dict[str, Any]) -> None:
        declared = list(ACTIONS[: self.dice.choice((0, 2, 3))])
        if declared:
            step["config"]["scriptActions"] = [{"slug": one, "name": one.upper()} for one in declared]
        step["config"]["scriptBody"] = self._body(step, declared)
        if self.chance(0.1):
            self._mock(step)

    def _body(self, step: dict[str, Any], declared: list[str]) -> str:
        if step["config"].get("perDocument"):
            table: dict[str, Any] = {}
            for name in self.documents:
                value = self._said(declared)
                table[name] = "throw" if self.chance(0.08) else value
            tail = "if (v === 'throw') throw new TypeError('boom'); return v;"
            return f"var v = ({json.dumps(table)})[families[0].name]; {tail}"
        if self.chance(0.06):
            return "throw new TypeError('boom');"
        if self.chance(0.06):
            return "var a = 1;"
        return f"return {json.dumps(self._said(declared))};"

    def _said(self, declared: list[str]) -> dict[str, Any]:
        if not declared:
            return {"n": 3} if self.chance(0.96) else {"action": "x"}
        if self.chance(0.05):
            return self.dice.choice(({}, {"action": "undeclared"}))
        action = self.dice.choice(declared)
        return {"action": action.upper() if self.chance(0.1) else action, "n": self.dice.choice((0, 1, 2))}

    def _bridge_call(self, step: dict[str, Any]) -> None:
        step["config"] |= {"serviceBridgeRef": "erp", "endpointName": "post"}
        if self.chance(0.6):
            step["config"]["bridgeActions"] = [{"slug": "x", "name": "Ex"}, {"slug": "y", "name": "Why"}]
        self._mock(step)

    def _llm(self, step: dict[str, Any]) -> None:
        step["config"] |= {
            "promptBody": "Say.",
            "outputMapping": {"action": "verdict", "why": "why"},
            "promptActions": [{"slug": "x", "name": "Ex"}, {"slug": "y", "name": "Why"}],
        }
        self._mock(step)

    def _create_task(self, step: dict[str, Any]) -> None:
        step["config"]["taskTemplateRef"] = "review"
        self._mock(step) if self.chance(0.85) else None

    def _approval(self, step: dict[str, Any]) -> None:
        step["config"]["approverRole"] = "cfo"
        if self.chance(0.4):
            condition = self.dice.choice(
                ("inputs.n > 9", "inputs.n > 1", "inputs.missing", "$number('x') > 1")
            )
            step["config"]["approvalCriteria"] = {"condition": condition}
            if condition == "inputs.n > 9":
                return
        self._mock(step) if self.chance(0.85) else None

    # ------------------------------------------------------------------ mocks

    def _mock(self, step: dict[str, Any]) -> None:
        named = {"step": step["slug"]}
        if step["config"].get("perDocument"):
            for name in self.documents:
                if self.chance(0.4):
                    self.mocks.append({**named, "document": name, "returns": self.returns(step)})
        if step["kind"] == "EXECUTION" and self.chance(0.05):
            self.mocks.append({**named, "when_input": {"n": 1}, "returns": self.returns(step)})
            if self.chance(0.3):
                return
        self.mocks.append({**named, "returns": self.returns(step)})

    def returns(self, step: dict[str, Any]) -> Any:
        if self.chance(0.1):
            return [self.one_return(step) for _ in range(self.dice.randint(1, 3))]
        return self.one_return(step)

    def one_return(self, step: dict[str, Any]) -> dict[str, Any]:
        bad = 0.06 if self.quiet else 0.22
        if self.chance(bad):
            code = self.dice.choice((1, 500, "NO"))
            return {"outcome": "failed", "error": {"code": code, "message": f"no {step['slug']}"}}
        if self.chance(0.02):
            return {"outcome": "timeout"}
        if self.chance(0.06):
            return {"outcome": "skipped"}
        return {"outcome": "success", **self._success(step)}

    def _success(self, step: dict[str, Any]) -> dict[str, Any]:
        match step["kind"]:
            case "SCRIPT":
                action = self.dice.choice(emitted(step)) if emitted(step) else None
                return {"result": {"n": 5}} | ({"action": action} if action else {})
            case "LLM":
                return {"result": {"verdict": self.dice.choice(("x", "y", "WHY", "other")), "why": "because"}}
            case "BRIDGE_CALL":
                body = (
                    {"action": self.dice.choice(("x", "ex", "y", "other"))} if self.chance(0.7) else {"n": 1}
                )
                return {"result": {"_statusCode": 500 if self.chance(0.08) else 200, "_body": body}}
            case "CREATE_TASK":
                return {"action": self.dice.choice(ACTIONS)} | (
                    {"result": {"n": 1}} if self.chance(0.5) else {}
                )
            case "APPROVAL":
                return {"action": self.dice.choice(("approved", "rejected", "needs-info"))}
        if self.chance(0.25):
            return {"echo": "got"}
        return {"result": self.dice.choice(RESULTS[:1] * 6 + RESULTS)}

    # ------------------------------------------------------------------ expressions

    def condition(self, step: dict[str, Any]) -> str:
        """Write a condition over the inputs and the steps that this one names in `dependsOn`."""
        above = [text.partition(":")[0].rstrip("?") for text in step.get("dependsOn", [])]
        known = ["true", "true", "true", "false", "inputs.n > 3", "inputs.n < 3", "inputs.flag", "inputs.n"]
        known += ["inputs.missing", "inputs.missing != 1", "inputs.side = 'x'", "inputs.text > 3"]
        known += ["$number('x') > 1", "inputs.off", "inputs.flag and inputs.n > 3"]
        for slug in above:
            upstream = next(one for one in self.steps if one["slug"] == slug)
            if self._races(upstream):
                continue
            known += [f"steps.{slug}.action = 'x'"] * 2 + [f"$exists(steps.{slug})"] * 2
            known += [f"steps.{slug}.completedActionUuid = 'y'"]
            if upstream["kind"] != "LLM":  # what it mapped may stand there too
                known += [f"steps.{slug}.action != 'x'"]
            if upstream["kind"] not in ("CREATE_TASK", "APPROVAL") and not self._fans(upstream):
                known += [f"steps.{slug}.result.n = 1", f"steps.{slug}.result.n > 0"]
        return self.dice.choice(known)

    def tree(self, upstream: list[dict[str, Any]], depth: int, step: dict[str, Any] | None = None) -> Any:
        """Write an expression tree."""
        throw = self.dice.random()
        if depth > 2 or throw < 0.3:
            return self.reference(upstream, step)
        if throw < 0.6:
            return {
                key: self.tree(upstream, depth + 1, step)
                for key in ("p", "q", "r")[: self.dice.randint(1, 3)]
            }
        if throw < 0.68:
            return [self.tree(upstream, depth + 1, step) for _ in range(self.dice.randint(0, 2))]
        if throw < 0.8:
            tree = {"$if": self.tree(upstream, 3, step), "then": self.tree(upstream, depth + 1, step)}
            return tree | ({"else": self.tree(upstream, depth + 1, step)} if self.chance(0.7) else {})
        if throw < 0.9:
            return {
                "$coalesce": [self.tree(upstream, depth + 1, step) for _ in range(self.dice.randint(1, 3))]
            }
        return self.dice.choice((1, None, "text", {"$literal": {"$step": "nobody"}}, {"plain": True}))

    def reference(self, upstream: list[dict[str, Any]], step: dict[str, Any] | None) -> Any:
        """Write one reference."""
        known = [one for one in upstream if not self._races(one) and one["kind"] != "APPROVAL"]
        if not known or self.chance(0.25):
            name = self.dice.choice((*INPUTS, "list[1]", "$", "missing"))
            return self.dice.choice(
                ({"$input": name}, {"$from": {"workflow": "input"}, "path": name}, {"$variable": "v"})
            )
        chosen = self.dice.choice(known)
        tree: dict[str, Any] = {}
        if chosen["kind"] == "CREATE_TASK":
            tree["path"] = "action"
        elif self.chance(0.3):
            tree["path"] = self.dice.choice(PATHS[:1] * 3 + PATHS)
        if self.chance(0.5):
            return {"$step": chosen["slug"], **tree}
        tree["$from"] = {"step": chosen["slug"]}
        if self.chance(0.45):
            tree["$on_skip"] = self.dice.choice(("use_default", "use_default", "skip_step"))
            if tree["$on_skip"] == "use_default" and self.chance(0.8):
                tree["$default"] = self.dice.choice((None, {"d": 1}, 0))
        return tree


def emitted(step: dict[str, Any]) -> list[str]:
    """Return the actions that a step may emit."""
    config = step["config"]
    match step["kind"]:
        case "CREATE_TASK":
            return list(ACTIONS)
        case "APPROVAL":
            return ["approved", "rejected", "needs-info"]
    for key in ("scriptActions", "bridgeActions", "promptActions"):
        if key in config:
            return [action["slug"] for action in config[key]]
    return []


def generate(dice: Random) -> dict[str, Any]:
    """Return `{document, inputs, variables, documents, mocks}`."""
    return Author(dice).plan()
