"""Findings about single steps: identity, config, what they name outside the plan."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from plans.language.finding import Finding, error, warning
from plans.language.findings.catalog import READY, bare_slug
from plans.language.findings.subject import Subject
from plans.language.schema import (
    JOIN_POLICIES,
    Action,
    AgentConfig,
    Config,
    CreateTaskConfig,
    DocumentConfig,
    ExecutionConfig,
    LlmConfig,
    PlanConfig,
    StepBase,
)
from plans.language.slugs import PLAN_SLUG, STEP_SLUG

_PARALLEL_CODES = {
    "LLM": "max-parallel-llm",
    "SCRIPT": "max-parallel-script",
    "BRIDGE_CALL": "max-parallel-bridge-call",
}


def check_identities(subject: Subject) -> Iterator[Finding]:
    """Slugs and legacy uuids of the plan, its steps and their actions (plan language 1 and 6)."""
    if subject.plan.slug and not PLAN_SLUG.fullmatch(subject.plan.slug):
        message = f'plan slug "{subject.plan.slug}" may hold a-z, 0-9 and - only'
        yield error("slug-format", message, field="slug")
    seen: set[str] = set()
    for step in subject.steps:
        if step.slug in seen:
            yield error(
                "duplicate-step-slug", f'duplicate step slug "{step.slug}"', step=step.slug, field="slug"
            )
        elif not STEP_SLUG.fullmatch(step.slug):
            message = f'step slug "{step.slug}" may hold a-z, 0-9, _ and - only'
            yield error("slug-format", message, step=step.slug, field="slug")
        seen.add(step.slug)
    for step, actions in subject.declaring:
        yield from _check_actions(step, actions)
    yield from _check_uuids(subject)


def _check_actions(step: StepBase, actions: tuple[Action, ...]) -> Iterator[Finding]:
    field = f"config.{_camel(step.config.actions_key or '')}"
    slugs = [action.slug for action in actions]
    for slug in dict.fromkeys(slug for slug in slugs if slugs.count(slug) > 1):
        message = f'duplicate action slug "{slug}" on step "{step.slug}"'
        yield error("duplicate-action-slug", message, step=step.slug, field=field)
    for index, action in enumerate(actions):
        place = f"{field}[{index}]"
        if action.uuid and action.uuid != action.slug:
            message = (
                f'conflicting identities (uuid "{action.uuid}" vs slug "{action.slug}"): '
                "uuid is the legacy spelling of slug; keep the slug"
            )
            yield error("action-identity-conflict", message, step=step.slug, field=place)
        if action.slug != action.uuid and not STEP_SLUG.fullmatch(action.slug):
            message = f'action slug "{action.slug}" on step "{step.slug}" may hold a-z, 0-9, _ and - only'
            yield error("slug-format", message, step=step.slug, field=place)


def _check_uuids(subject: Subject) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for step in subject.steps:
        if not step.uuid:
            continue
        other = subject.by_slug.get(step.uuid)
        owner = other.slug if other is not None and other.slug != step.slug else owners.get(step.uuid)
        if owner is not None:
            message = f'legacy uuid "{step.uuid}" on step "{step.slug}" collides with step "{owner}"'
            yield error("legacy-uuid-collision", message, step=step.slug, field="uuid")
        owners.setdefault(step.uuid, step.slug)
    actions = sum(1 for _, declared in subject.declaring for action in declared if action.uuid)
    steps = sum(1 for step in subject.steps if step.uuid)
    if steps or actions:
        message = f"plan still holds legacy uuids (steps: {steps}, actions: {actions}); saving rewrites them as slugs"
        yield warning("legacy-uuids", message)


def check_configs(subject: Subject) -> Iterator[Finding]:
    """What a kind needs, and what it cannot do (plan language 2.1)."""
    if not subject.steps and not subject.plan.broken:
        yield warning("no-steps", "plan has no steps; it completes at once", field="steps")
    for step in subject.steps:
        yield from _check_required(step)
        yield from _check_fan_out(step)
        if step.kind == "CREATE_TASK" and step.set_document_status and step.slug in subject.routers:
            message = f'step "{step.slug}" sets a document status whatever the person decides'
            yield warning(
                "create-task-set-status-outcome", message, step=step.slug, field="setDocumentStatus"
            )


def _check_required(step: StepBase) -> Iterator[Finding]:
    config = step.config
    for alternatives, names in _required(type(config)):
        if any(map(config.__dict__.get, names)):
            continue
        # A value of a wrong type has its own finding.
        if any(key in config.kept for key in alternatives):
            continue
        message = f'step "{step.slug}" ({step.kind}) needs config "{alternatives[0]}"'
        yield error("missing-config", message, step=step.slug, field=f"config.{alternatives[0]}")


def _check_fan_out(step: StepBase) -> Iterator[Finding]:
    config, kept, slug = step.config, step.config.kept, step.slug
    if not isinstance(config, DocumentConfig):
        if kept.get("perDocument"):
            message = f'step "{slug}" ({step.kind}) cannot run per document'
            yield error("per-document-unsupported", message, step=slug, field="config.perDocument")
        if kept.get("joinPolicy") not in (None, "ANY_BRANCH"):
            message = f'step "{slug}" ({step.kind}) does not run per document; its joinPolicy does nothing'
            yield warning("join-policy-inert", message, step=slug, field="config.joinPolicy")
        if kept.get("maxParallel") is not None:
            message = f'step "{slug}" ({step.kind}) does not run per document; its maxParallel does nothing'
            yield warning("max-parallel-inert", message, step=slug, field="config.maxParallel")
        return
    if isinstance(config, ExecutionConfig) and config.per_document and _runs_flows(config.module_ref):
        message = (
            f'step "{slug}" cannot run "{config.module_ref}" per document: a document cannot wait for a flow; '
            f"run it once, as builtin/map over the documents"
        )
        yield error("per-document-unsupported", message, step=slug, field="config.perDocument")
    if "maxParallel" in kept and step.kind in _PARALLEL_CODES:
        message = f'step "{slug}" ({step.kind}) cannot have maxParallel; only EXECUTION can'
        yield error(_PARALLEL_CODES[step.kind], message, step=slug, field="config.maxParallel")
    if config.join_policy not in JOIN_POLICIES:
        message = (
            f'step "{slug}" has unknown joinPolicy "{config.join_policy}", which behaves as ALL_SETTLED '
            f"(known: {', '.join(JOIN_POLICIES)})"
        )
        yield warning("join-policy-inert", message, step=slug, field="config.joinPolicy")
    elif (
        "join_policy" in config.model_fields_set
        and not config.per_document
        and config.join_policy != "ANY_BRANCH"
    ):
        message = f'step "{slug}" does not run per document; its joinPolicy does nothing'
        yield warning("join-policy-inert", message, step=slug, field="config.joinPolicy")


def _runs_flows(module: str) -> bool:
    """Tell if the module runs a flow as an activity of its own (`builtin/eval`, `map`, `iterate`)."""
    room, _, name = module.strip("/").partition("/")
    return room in ("builtin", "builtins") and name in ("eval", "map", "iterate")


def check_any_branch(subject: Subject) -> Iterator[Finding]:
    """What an ANY_BRANCH join needs around it (plan language 3)."""
    for step in subject.steps:
        if (step.config.kept.get("joinPolicy") or step.join_policy) != "ANY_BRANCH":
            continue
        slug, field = step.slug, "config.joinPolicy"
        if not step.per_document:
            message = f'step "{slug}" joins by ANY_BRANCH but is no per-document EXECUTION, SCRIPT, LLM or BRIDGE_CALL'
            yield error("any-branch-kind", message, step=slug, field=field)
            continue
        if not subject.routes_documents:
            message = f'step "{slug}" joins by ANY_BRANCH but no per-document step routes documents by action'
            yield error("any-branch-non-routing", message, step=slug, field=field)
        branches = (subject.by_slug.get(entry.step) for entry in step.depends_on if entry.await_only)
        if not any(branch is not None and branch.per_document for branch in branches):
            message = f'step "{slug}" joins by ANY_BRANCH but has no await dependency (? suffix) on a per-document step'
            yield error("any-branch-no-branches", message, step=slug, field="dependsOn")


def check_references(subject: Subject) -> Iterator[Finding]:
    """What steps name in the catalog: task templates, statuses, modules, plans; people of other steps."""
    catalog = subject.catalog
    for step in subject.steps:
        slug = step.slug
        match step.config:
            case CreateTaskConfig() as task:
                templates, statuses = catalog.task_templates, catalog.task_statuses
                name, status = task.task_template_ref, task.task_status_slug
                if name and templates is not None and bare_slug(name) not in templates:
                    message = f'step "{slug}" names unknown task template "{name}"'
                    yield error("unknown-task-template", message, step=slug, field="config.taskTemplateRef")
                if status and statuses is not None and status not in statuses:
                    message = f'step "{slug}" names unknown task status "{status}"'
                    yield warning("unknown-task-status", message, step=slug, field="config.taskStatusSlug")
            case ExecutionConfig(module_ref=ref) if ref and _unknown_module(ref, subject):
                yield _module_warning(slug, ref, "config.moduleRef")
            case AgentConfig() as agent:
                yield from _check_agent(slug, agent, subject)
            case LlmConfig(prompt_template_ref=ref) if ref and catalog.prompt_templates is not None:
                if bare_slug(ref) not in catalog.prompt_templates:
                    message = f'step "{slug}" names unknown prompt template "{ref}"'
                    yield error(
                        "unknown-prompt-template", message, step=slug, field="config.promptTemplateRef"
                    )
            case PlanConfig(activity_plan_ref=ref) if ref and catalog.plans is not None:
                if bare_slug(ref) not in catalog.plans:
                    message = f'step "{slug}" names unknown plan "{ref}"'
                    yield warning("unknown-plan", message, step=slug, field="config.activityPlanRef")
            case _:
                continue


def _check_agent(slug: str, agent: AgentConfig, subject: Subject) -> Iterator[Finding]:
    """The runtime exists and is ready, and each module can be a tool."""
    runtimes, ref = subject.catalog.agent_runtimes, agent.agent_runtime_ref
    if ref and runtimes is not None:
        status, field = runtimes.get(bare_slug(ref)), "config.agentRuntimeRef"
        if status is None:
            message = f'step "{slug}" names unknown agent runtime "{ref}"'
            yield error("unknown-agent-runtime", message, step=slug, field=field)
        elif status != READY:
            message = f'step "{slug}" names agent runtime "{ref}", which is {status}; nothing starts until it is READY'
            yield warning("agent-runtime-not-ready", message, step=slug, field=field)
    for index, module in enumerate(agent.module_refs):
        field = f"config.moduleRefs[{index}]"
        if _unknown_module(module, subject):
            yield _module_warning(slug, module, field)
        elif module in subject.catalog.step_modules:
            message = (
                f'step "{slug}" names module "{module}", which runs as a step only and is no tool of an agent'
            )
            yield error("module-no-tool", message, step=slug, field=field)


def _unknown_module(ref: str, subject: Subject) -> bool:
    return subject.catalog.modules is not None and ref not in subject.catalog.modules


def _module_warning(slug: str, ref: str, field: str) -> Finding:
    message = f'step "{slug}" names module "{ref}", which nothing provides; the step will fail when it runs'
    return warning("unknown-module", message, step=slug, field=field)


@lru_cache(maxsize=64)
def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


@lru_cache(maxsize=16)
def _required(config_type: type[Config]) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """List what a config needs, as written and as its attributes are named."""
    return tuple((keys, tuple(_snake(key) for key in keys)) for keys in config_type.required)


@lru_cache(maxsize=64)
def _snake(key: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)
