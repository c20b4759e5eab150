"""A plan under inspection: what every check looks up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from plans.language import expressions
from plans.language.findings.catalog import Catalog, live_actions
from plans.language.places import Authored, judged
from plans.language.schema import Action, Plan, StepBase


@dataclass(frozen=True)
class Subject:
    """A plan, what it may refer to, and indexes over both."""

    plan: Plan
    catalog: Catalog

    @property
    def steps(self) -> tuple[StepBase, ...]:
        """The steps that could be read."""
        return self.plan.steps

    @property
    def by_slug(self) -> dict[str, StepBase]:
        """The readable steps by slug."""
        return self.plan.by_slug

    @cached_property
    def uuids(self) -> dict[str, str]:
        """Legacy uuids that name a step, to its slug; a slug wins over an equal uuid."""
        found: dict[str, str] = {}
        for step in self.steps:
            if step.uuid and step.uuid not in self.by_slug:
                found.setdefault(step.uuid, step.slug)
        return found

    @cached_property
    def known(self) -> frozenset[str]:
        """All that may be depended on, broken steps and legacy uuids among it."""
        broken = (step.slug for step in self.plan.broken)
        return frozenset(self.by_slug) | frozenset(self.uuids) | {slug for slug in broken if slug}

    @cached_property
    def authored(self) -> list[tuple[StepBase, Authored]]:
        """Every authored text that can be judged, with its step."""
        return judged(self.steps)

    @cached_property
    def trees(self) -> list[tuple[StepBase | None, str, object]]:
        """Every expression tree that can refer to something, with its step (None: the plan) and field."""
        plain: tuple[tuple[StepBase | None, str, object], ...] = (
            *((step, "input", step.input) for step in self.steps),
            *((step, "skipIf", step.skip_if) for step in self.steps),
            (None, "output", self.plan.output),
        )
        return [entry for entry in plain if entry[2] and isinstance(entry[2], dict | list)]

    @cached_property
    def declared_inputs(self) -> frozenset[str] | None:
        """The inputs that the plan declares; None where it declares none, and so takes any."""
        schema = self.plan.inputs_schema
        properties = schema.get("properties") if isinstance(schema, dict) else None
        named = {option.name for option in self.plan.input_options}
        named.update(properties if isinstance(properties, dict) else ())
        return frozenset(named) or None

    def lacks_input(self, name: object) -> bool:
        """Tell if the plan declares inputs, and none of this name."""
        return self.declared_inputs is not None and isinstance(name, str) and name not in self.declared_inputs

    @cached_property
    def implied(self) -> dict[int, frozenset[str]]:
        """The steps that data references name, by the position of the step that has them."""
        found: dict[int, frozenset[str]] = {}
        for position, step in enumerate(self.steps):
            if not step.input and not step.skip_if:
                continue
            slugs = self.data_references(step.input) | self.data_references(step.skip_if)
            if slugs:
                found[position] = slugs
        return found

    @cached_property
    def live(self) -> dict[str, tuple[str, ...] | None]:
        """What each step may end with, None where that is not known."""
        return {slug: live_actions(step, self.catalog) for slug, step in self.by_slug.items()}

    @cached_property
    def declaring(self) -> list[tuple[StepBase, tuple[Action, ...]]]:
        """The steps in which actions are written, with these."""
        found = ((step, step.config.declared_actions) for step in self.steps if step.config.actions_key)
        return [(step, actions) for step, actions in found if actions]

    @cached_property
    def routers(self) -> frozenset[str]:
        """Steps that an action-qualified dependency points at."""
        return frozenset(
            dependency.step for step in self.steps for dependency in step.depends_on if dependency.action
        )

    @cached_property
    def routes_documents(self) -> bool:
        """Per-document routing is on (plan language 3): a per-document step with actions is a router."""
        return any(
            step.per_document and step.config.declared_actions
            for step in (self.by_slug[slug] for slug in self.routers if slug in self.by_slug)
        )

    def data_references(self, tree: object) -> frozenset[str]:
        """The slugs that an expression tree names, lazily or not, with legacy uuids replaced."""
        if not isinstance(tree, dict | list) or not tree:
            return frozenset()
        found = expressions.references(tree)
        return frozenset(self.uuids.get(slug, slug) for slug in found.steps | found.lazy)

    def upstreams(self, position: int) -> list[str]:
        """List what a step waits for, by dependencies and by data."""
        found = [dependency.step for dependency in self.steps[position].depends_on]
        return found + sorted(self.implied[position]) if position in self.implied else found
