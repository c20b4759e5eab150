"""A plan version with its pinned definitions, ready to run; kept in memory, for neither ever changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from activities.steps import handler_for
from plans.catalog import actions_of, catalog_from
from plans.digests import digest_of
from plans.language.finding import Finding
from plans.language.findings import check
from plans.language.graph import Graph, compile_graph, taken_actions
from plans.language.refactor import legacy_uuids, rewrite_uuids
from plans.language.schema import LlmConfig, Plan, ScriptConfig, Step
from plans.language.spellings import read
from plans.models import PinnedDefinitions, PlanVersion


@dataclass(frozen=True)
class Compiled:
    """What never changes during an activity."""

    plan: Plan
    graph: Graph
    definitions: Mapping[str, Any]
    legacy_uuids: tuple[int, int] = (0, 0)  # of steps and of actions, as they were authored

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps by position."""
        return self.plan.steps

    def shares_commit(self, position: int) -> bool:
        """Tell if the step can be done again freely, so that it may share a commit with others."""
        step = self.steps[position]
        if step.set_document_status:
            return False  # what comes after it reads documents as they are then
        try:
            return self.graph.nodes[position].fan_out is None and handler_for(step.kind).pure(step)
        except LookupError:
            return False  # a kind without a handler: the claimed run says so

    @cached_property
    def per_document(self) -> frozenset[str]:
        """Slugs of the steps that run per document."""
        return frozenset(node.slug for node in self.graph.nodes if node.fan_out is not None)

    @cached_property
    def taken(self) -> dict[str, frozenset[str]]:
        """By slug of a step, those of its actions that some dependency takes; filled as asked."""
        return {}

    def taken_actions(self, slug: str) -> frozenset[str]:
        """Return the actions of the step that some dependency takes."""
        known = self.taken.get(slug)
        if known is None:
            known = self.taken[slug] = taken_actions(self.plan, slug)
        return known

    @cached_property
    def asks_for_more(self) -> bool:
        """Tell if a script of the plan can ask for activities to start next."""
        return any(
            isinstance(step.config, ScriptConfig)
            and not step.per_document
            and ("nextActivit" in step.config.script_body or bool(step.config.script_sidecars))
            for step in self.steps
        )

    @cached_property
    def mentions(self) -> dict[str, frozenset[str]]:
        """By slug of a step, the steps whose results its own texts may read; filled as asked."""
        return {}

    def reads(self, position: int) -> frozenset[str]:
        """Return the steps whose results the step's work may read, by their names in its texts."""
        step = self.steps[position]
        known = self.mentions.get(step.slug)
        if known is None and isinstance(step.config, ScriptConfig) and step.config.script_sidecars:
            # What sidecars read is not known.
            known = self.mentions[step.slug] = frozenset(self.graph.positions)
        elif known is None:
            text = step.config.model_dump_json() + self._prompt_of(step)
            if self.graph.nodes[position].document_condition:  # each document's worker evaluates it
                text += f"\n{step.condition_expr}"
            known = self.mentions[step.slug] = mentioned(text, self.graph.positions)
        return known

    def _prompt_of(self, step: Step) -> str:
        """Return the pinned prompt template of an LLM step: it reads steps as the step's own texts do."""
        if not isinstance(step.config, LlmConfig) or not step.config.prompt_template_ref:
            return ""
        slug = step.config.prompt_template_ref.rsplit("/", 1)[-1]
        pinned = self.definitions.get("promptTemplates", {}).get(slug) or {}
        return str(pinned.get("prompt") or "")


def mentioned(text: str, slugs: Mapping[str, object]) -> frozenset[str]:
    """Return the slugs that an authored text can mean by `steps.…`: all, if it computes the name."""
    if "steps" not in text:
        return frozenset()
    if COMPUTED.search(text):
        return frozenset(slugs)
    words = set(WORD.findall(text))
    return frozenset(slug for slug in slugs if slug in words)


WORD = re.compile(r"[a-z0-9][a-z0-9_-]*")
COMPUTED = re.compile(r"\bsteps\b(?!\s*(\.|\?\.|\[\s*\\*[\"'`]))")


def compile_plan(plan: Plan, definitions: Mapping[str, Any]) -> Compiled:
    """Compile a plan that has no errors; whatever names a step by its legacy uuid is read as its slug."""
    authored, (plan, _rewritten) = legacy_uuids(plan), rewrite_uuids(plan)
    graph = compile_graph(plan, actions_of(plan, catalog_from(definitions)))
    return Compiled(plan, graph, definitions, authored)


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored document, known by its digest: equal ones are read and checked once."""

    digest: str
    document: Any = field(compare=False)

    @classmethod
    def of(cls, document: Any) -> Stored:
        """Return the document with its digest."""
        return cls(digest_of(document), document)


@lru_cache(maxsize=128)
def read_stored(content: Stored) -> tuple[Plan, tuple[Finding, ...]]:
    """Return the plan of a version's content, and what its reading finds."""
    plan, findings = read(content.document)
    return plan, tuple(findings)


@lru_cache(maxsize=128)
def check_stored(content: Stored, definitions: Stored) -> tuple[Finding, ...]:
    """Return all that is to be said about a version's content beside these definitions."""
    plan, findings = read_stored(content)
    return (*findings, *check(plan, catalog_from(definitions.document)))


@lru_cache(maxsize=128)
def compiled(version_id: int, pinned_id: int) -> Compiled:
    """Return the compiled form of a stored version; two queries the first time, none after."""
    version = PlanVersion.objects.select_related("content").get(pk=version_id)
    pinned = PinnedDefinitions.objects.get(pk=pinned_id)
    plan, _findings = read_stored(Stored.of(version.content.document))
    return compile_plan(plan, pinned.document)
