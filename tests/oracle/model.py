"""A second reading of the plan language: a plan, its mocks and its inputs in, what must come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.rules import (
    PASSED,
    UNSETTLED,
    Dep,
    Row,
    attempts,
    by_references,
    caught,
    dep,
    joined,
    tolerated,
    verdict,
)
from tests.oracle.trees import Scope, Seen, holds, is_false, look, names, surely, truthy
from tests.oracle.world import MAYBE, SOME, Work, World


@dataclass
class Run:
    """One run of a plan: `play` settles it and returns what came out."""

    plan: Mapping[str, Any]
    inputs: Mapping[str, Any]
    variables: Mapping[str, Any]
    documents: Sequence[str]
    mocks: Sequence[Mapping[str, Any]]
    rows: dict[str, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.steps = {step["slug"]: step for step in self.plan["steps"]}
        self.deps = {
            slug: [dep(text) for text in step.get("dependsOn", [])] for slug, step in self.steps.items()
        }
        self.rows = {slug: Row() for slug in self.steps}
        self.world = World(self.mocks)
        defaults = {name: given.get("default") for name, given in self.plan.get("variables", {}).items()}
        self.scope = Scope(self.inputs, {**defaults, **self.variables}, self._producer)
        edges = [entry for entries in self.deps.values() for entry in entries if entry.action]
        self.routing = any(self.fans_out(entry.step) for entry in edges)
        self.routers = {entry.step for entry in edges if self.fans_out(entry.step)}

    def fans_out(self, slug: str) -> bool:
        return bool(self.steps[slug]["config"].get("perDocument"))

    def _producer(self, slug: str) -> tuple[str, Any]:
        return self.rows[slug].status, self.rows[slug].result

    # ------------------------------------------------------------------ settling

    def play(self) -> dict[str, Any]:
        """Settle until nothing changes, then end the activity."""
        changed = True
        while changed:
            changed = False
            for slug in self.steps:
                if self.rows[slug].status == "PENDING":
                    self.judge(slug)
                    changed = changed or self.rows[slug].status != "PENDING"
        return self.ending()

    def judge(self, slug: str) -> None:
        """Judge a pending step once."""
        if self.routing and self.fans_out(slug) and self.documents:
            self._judge_documents(slug)
            return
        verdicts = {verdict(entry, self.rows[entry.step]) for entry in self.deps[slug]}
        if self._implied_waits(slug):
            verdicts.add("wait")
        if "dead" in verdicts:
            self._settle(slug, "NOT_TAKEN")
        elif not verdicts & {"wait", "blocked"}:
            self._go(slug, self._arrived(slug))

    def _implied_waits(self, slug: str) -> bool:
        """Tell if an implied dependency keeps the step back; FAILED blocks, unless only skipIf refers to it."""
        needed, skip_needed = surely(self.steps[slug].get("input")), surely(self.steps[slug].get("skipIf"))
        return any(self.rows[one].status in UNSETTLED for one in needed) or any(
            self.rows[one].status in ("PENDING", "RUNNING") for one in skip_needed
        )

    def _arrived(self, slug: str) -> dict[str, str]:
        """Return what a document is in a step before it runs, without routing: ok or NOT_TAKEN."""
        before = {entry.step for entry in self.deps[slug]} | surely(self.steps[slug].get("input"))
        above = [self.rows[one].documents for one in before if self.fans_out(one)]
        return {
            name: "ok"
            if all(rows is None or rows[name].status in ("COMPLETED", "SKIPPED") for rows in above)
            else "NOT_TAKEN"
            for name in (self.documents if self.fans_out(slug) else ())
        }

    def _go(self, slug: str, arrived: Mapping[str, str]) -> None:
        """Judge what comes after the dependencies, then run."""
        step = self.steps[slug]
        if step.get("bypass"):
            self._settle(slug, "SKIPPED")
            return
        skips = self._skips(step)
        if skips is None:
            return
        if skips:
            self._settle(slug, "SKIPPED")
        elif self._condition_fails(step):
            self._settle(slug, "NOT_TAKEN")
        else:
            self._resolve(slug, arrived)

    def _condition_fails(self, step: Mapping[str, Any]) -> bool:
        if self.routing and self.fans_out(step["slug"]):  # asked for each document, and there is none
            return False
        return "conditionExpr" in step and not holds(step["conditionExpr"], self.root(None))

    def _skips(self, step: Mapping[str, Any]) -> bool | None:
        if "skipIf" not in step:
            return False
        seen = look(step["skipIf"], self.scope)
        if seen.unsettled:
            return None
        return not seen.stopped and truthy(seen.value)

    def _resolve(self, slug: str, arrived: Mapping[str, str]) -> None:
        seen = look(self.steps[slug].get("input"), self.scope)
        status = by_references(seen)
        if status == "PENDING":
            return
        if status is not None:
            self._settle(slug, status)
        elif seen.missing:  # the step FAILS as a whole, before its documents
            self.rows[slug] = Row("FAILED", error=SOME)
        elif self.fans_out(slug):
            rows = {name: Row("NOT_TAKEN" if state != "ok" else "PENDING") for name, state in arrived.items()}
            self._fan_out(slug, seen, rows)
        else:
            self.rows[slug] = self.work(self.steps[slug], seen, None)

    def _settle(self, slug: str, status: str) -> None:
        rows = {name: Row(status) for name in self.documents} if self.fans_out(slug) else None
        self.rows[slug] = Row(status, documents=rows)

    def root(self, document: str | None) -> dict[str, Any]:
        """Return what a condition sees; with routing, a per-document step shows its entry for the document."""
        steps = {}
        for slug, row in self.rows.items():
            if row.status == "COMPLETED":
                one = row.documents[document] if row.documents and document and self.routing else row
                if one.status == "COMPLETED":
                    ended = {"action": one.action, "completedActionUuid": one.action} if one.action else {}
                    steps[slug] = {**ended, "result": one.result}
        root: dict[str, Any] = {"inputs": self.inputs, "steps": steps}
        return root | ({"document": {"path": document}} if document else {})

    # ------------------------------------------------------------------ work

    def work(self, step: Mapping[str, Any], seen: Seen, document: str | None) -> Row:
        """Run a step, or a document of it, through all its attempts."""
        number = 0
        while True:
            number += 1
            row = self._attempted(step, seen, document, number)
            if row is not None:
                return row

    def _attempted(
        self, step: Mapping[str, Any], seen: Seen, document: str | None, number: int
    ) -> Row | None:
        """Return how it ended with this attempt, None where another follows."""
        if seen.missing:
            return Row("FAILED", error=SOME)
        done = self._auto_approved(step) or self.world.attempt(step, number, seen.value, document)
        match done.kind:
            case "success":
                return Row("COMPLETED", done.action, done.result)
            case "skipped":
                return Row("SKIPPED")
            case "waiting":
                return Row("RUNNING")
            case "system":
                return Row("FAILED", error=done.error)
        return None if number < attempts(step) else caught(step, done)

    def _auto_approved(self, step: Mapping[str, Any]) -> Work | None:
        condition = step["config"].get("approvalCriteria", {}).get("condition")
        if condition is None or not is_false(condition, self.root(None)):
            return None
        return Work("success", "approved", {"outcome": "AUTO"})

    # ------------------------------------------------------------------ documents

    def _fan_out(self, slug: str, seen: Seen, rows: dict[str, Row]) -> None:
        """Run the documents in their order; one that tries again goes to the end of the line."""
        step = self.steps[slug]
        line = [(name, 1) for name in self.documents if rows[name].status == "PENDING"]
        allowed, beyond = tolerated(step["config"].get("maxFailed"), len(line)), False
        while line:
            name, number = line.pop(0)
            row = self._attempted(step, seen, name, number)
            if row is None:
                line.append((name, number + 1))
                continue
            rows[name] = row
            if sum(one.status == "FAILED" for one in rows.values()) > allowed:
                rows |= {other: Row("CANCELLED", error=MAYBE) for other, _ in line}
                line, beyond = [], True
        self.rows[slug] = joined(step["config"].get("joinPolicy", "ALL_SETTLED"), rows, beyond=beyond)

    def _judge_documents(self, slug: str) -> None:
        states = {name: self._document_verdict(slug, name) for name in self.documents}
        if set(states.values()) == {"dead"}:
            self._settle(slug, "NOT_TAKEN")
        elif not set(states.values()) & {"wait", "blocked"}:
            self._run_documents(slug, states)

    def _document_verdict(self, slug: str, name: str) -> str:
        """Return ok, wait, dead or blocked for one document under routing."""
        any_branch = self.steps[slug]["config"].get("joinPolicy") == "ANY_BRANCH"
        verdicts = {"wait"} if self._implied_waits(slug) else set()
        branches = []
        above = [self.rows[one].documents for one in surely(self.steps[slug].get("input"))]
        lost = any(rows and rows[name].status not in PASSED for rows in above)
        for entry in self.deps[slug]:
            row = self.rows[entry.step]
            own = row.documents[name] if row.documents is not None else row
            if not self.fans_out(entry.step) or row.status not in ("COMPLETED", "SKIPPED", "NOT_TAKEN"):
                verdicts.add(verdict(entry, row))
            elif any_branch and entry.awaits:
                fits = own.status == "COMPLETED" and entry.action in (None, own.action)
                branches.append(fits or own.status == "SKIPPED")
            elif own.status in ("FAILED", "CANCELLED"):
                verdicts.add("dead")
            else:
                verdicts.add(verdict(entry, own))
        if lost and by_references(look(self.steps[slug].get("input"), self.scope)) == "PENDING":
            verdicts.add("wait")
        if (lost or (branches and not any(branches))) and not verdicts & {"wait", "blocked"}:
            verdicts.add("dead")
        return next((one for one in ("dead", "blocked", "wait") if one in verdicts), "ok")

    def _run_documents(self, slug: str, states: Mapping[str, str]) -> None:
        step, rows = self.steps[slug], {}
        seen = look(step.get("input"), self.scope)
        skips = self._skips(step)
        if by_references(seen) == "PENDING" and not step.get("bypass") and not skips:
            return
        fails = seen.missing and by_references(seen) is None and "conditionExpr" not in step
        if fails and not (step.get("bypass") or skips):  # as a whole, before its documents
            self.rows[slug] = Row("FAILED", error=SOME)
            return
        if skips is None and not step.get("bypass"):
            return
        skipped = by_references(seen) == "SKIPPED" and "conditionExpr" not in step
        if step.get("bypass") or skips or skipped:
            rows = {
                name: Row("NOT_TAKEN" if state == "dead" else "SKIPPED") for name, state in states.items()
            }
            self.rows[slug] = Row("SKIPPED", documents=rows)
            return
        for name, state in states.items():
            if state == "dead" or (
                "conditionExpr" in step and not holds(step["conditionExpr"], self.root(name))
            ):
                rows[name] = Row("NOT_TAKEN")
            else:
                rows[name] = Row(by_references(seen) or "PENDING")
        self._fan_out(slug, seen, rows)

    def unrouted(self) -> int:
        """Count the documents whose action no edge of a router takes, each once."""
        lost = set()
        for router in self.routers:
            edges = [
                (slug, entry)
                for slug, entries in self.deps.items()
                for entry in entries
                if entry.step == router
            ]
            for name, row in (self.rows[router].documents or {}).items():
                if row.status == "COMPLETED" and not any(
                    self._takes(slug, entry, row) for slug, entry in edges
                ):
                    lost.add(name)
        return len(lost)

    def _takes(self, slug: str, entry: Dep, row: Row) -> bool:
        if entry.action == row.action and entry.action is not None:
            return True
        if not self.fans_out(slug):  # carries no document anywhere
            return False
        if self.steps[slug]["config"].get("joinPolicy") == "ANY_BRANCH" and entry.awaits:
            return entry.action is None
        return entry.awaits or entry.action is None

    # ------------------------------------------------------------------ the end

    def ending(self) -> dict[str, Any]:
        """End the activity and report."""
        report: dict[str, Any] = {"status": "COMPLETED", "outcome": "success", "output": None, "error": None}
        report |= {"steps": self.rows, "unrouted": self.unrouted()}
        if any(row.status == "RUNNING" for row in self.rows.values()):
            return report | {"status": "RUNNING", "outcome": None}
        output = look(self.plan.get("output"), self.scope)
        counted = self._counted(output)
        if counted:
            first = next(slug for slug in self.steps if slug in counted)
            return report | {"status": "FAILED", "outcome": "failed", "error": self.rows[first].error}
        if output.skipped or output.not_taken:  # as for an input, before a missing path
            return report | {"outcome": "skipped"}
        if output.missing:
            return report | {"status": "FAILED", "outcome": "failed", "error": SOME}
        return report | {"output": output.value}

    def _counted(self, output: Seen) -> set[str]:
        failed = {slug for slug, row in self.rows.items() if row.status == "FAILED"}
        if self.plan.get("failurePolicy", "any") == "any":
            return failed
        if self.plan.get("output") is None:
            needed = {entry.step for entries in self.deps.values() for entry in entries}
            needed |= set().union(*(names(step.get("input")) for step in self.steps.values()))
        else:
            needed = self._behind(output.failed | output.unsettled)
        return {slug for slug in failed if slug in needed or self.steps[slug].get("mustExecute")}

    def _behind(self, needed: set[str]) -> set[str]:
        """Add to the steps that are needed those that keep them pending."""
        reached: set[str] = set()
        while needed:
            slug = needed.pop()
            reached.add(slug)
            if self.rows[slug].status == "PENDING":
                needed |= self._holding(slug) - reached
        return reached

    def _holding(self, slug: str) -> set[str]:
        holding = {
            entry.step
            for entry in self.deps[slug]
            if verdict(entry, self.rows[entry.step]) in ("wait", "blocked")
        }
        for key in ("skipIf", "input"):
            seen = look(self.steps[slug].get(key), self.scope)
            holding |= seen.unsettled | (seen.failed if key == "input" else set())
        return holding
