"""A step, as a union by `kind` (plan language 2)."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias, TypeVar

from pydantic import Field

from plans.language.schema.configs import (
    AgentConfig,
    ApprovalConfig,
    BridgeCallConfig,
    Config,
    CreateTaskConfig,
    DocumentConfig,
    ExecutionConfig,
    LlmConfig,
    PlanConfig,
    ScriptConfig,
)
from plans.language.schema.values import (
    DependencyText,
    ExecutionPolicy,
    Flag,
    Json,
    JsonObject,
    Model,
    OnError,
    Text,
)

Kind = Literal["EXECUTION", "SCRIPT", "BRIDGE_CALL", "LLM", "AGENT", "CREATE_TASK", "APPROVAL", "PLAN"]
AnyStep = TypeVar("AnyStep", bound="StepBase")
# Frozen, so one of each serves all steps: making them took a fifth of reading a plan.
_FAILS: Final = OnError()
_TRIED_ONCE: Final = ExecutionPolicy()


class StepBase(Model):
    """What steps of all kinds have.

    `depends_on` names slugs only: legacy uuids were replaced when the step was read. `uuid` is the step's
    own legacy name, kept until a rewrite drops it.
    """

    slug: Text
    kind: Kind
    name: Text | None = None
    description: Text | None = None
    depends_on: tuple[DependencyText, ...] = ()
    condition_expr: Text | None = None
    config: Config = Field(default_factory=Config)
    input: Json = None
    skip_if: Json = None
    on_error: OnError = Field(default_factory=lambda: _FAILS)
    execution_policy: ExecutionPolicy = Field(default_factory=lambda: _TRIED_ONCE)
    bypass: Flag = False
    must_execute: Flag = False
    set_document_status: Text | None = None
    badges: tuple[JsonObject, ...] = ()
    input_schema: JsonObject | Flag | None = None
    output_schema: JsonObject | Flag | None = None
    metadata: JsonObject = Field(default_factory=dict)
    uuid: Text | None = None

    @property
    def has_input(self) -> bool:
        """Tell a written `input` from none."""
        return "input" in self.model_fields_set

    @property
    def has_skip_if(self) -> bool:
        """Tell whether the step has a `skipIf`; null is none."""
        return self.skip_if is not None

    @property
    def per_document(self) -> bool:
        """Tell whether the step runs once per document family."""
        return isinstance(self.config, DocumentConfig) and self.config.per_document

    @property
    def join_policy(self) -> str:
        """Give one of JOIN_POLICIES."""
        return self.config.effective_join_policy if isinstance(self.config, DocumentConfig) else "ALL_SETTLED"

    @property
    def title(self) -> str:
        """Give what people read: the name, else the slug."""
        return self.name or self.slug


class ExecutionStep(StepBase):
    """A step that runs a module."""

    kind: Literal["EXECUTION"] = "EXECUTION"
    config: ExecutionConfig = Field(default_factory=ExecutionConfig)


class ScriptStep(StepBase):
    """A step that runs JavaScript."""

    kind: Literal["SCRIPT"] = "SCRIPT"
    config: ScriptConfig = Field(default_factory=ScriptConfig)


class BridgeCallStep(StepBase):
    """A step that calls a service bridge."""

    kind: Literal["BRIDGE_CALL"] = "BRIDGE_CALL"
    config: BridgeCallConfig = Field(default_factory=BridgeCallConfig)


class LlmStep(StepBase):
    """A step that asks a language model."""

    kind: Literal["LLM"] = "LLM"
    config: LlmConfig = Field(default_factory=LlmConfig)


class AgentStep(StepBase):
    """A step that an agent runtime carries out."""

    kind: Literal["AGENT"] = "AGENT"
    config: AgentConfig = Field(default_factory=AgentConfig)


class CreateTaskStep(StepBase):
    """A step that a person finishes."""

    kind: Literal["CREATE_TASK"] = "CREATE_TASK"
    config: CreateTaskConfig = Field(default_factory=CreateTaskConfig)


class ApprovalStep(StepBase):
    """A step that people decide."""

    kind: Literal["APPROVAL"] = "APPROVAL"
    config: ApprovalConfig = Field(default_factory=ApprovalConfig)


class PlanStep(StepBase):
    """A step that is an activity of another plan."""

    kind: Literal["PLAN"] = "PLAN"
    config: PlanConfig = Field(default_factory=PlanConfig)


Step: TypeAlias = Annotated[
    ExecutionStep
    | ScriptStep
    | BridgeCallStep
    | LlmStep
    | AgentStep
    | CreateTaskStep
    | ApprovalStep
    | PlanStep,
    Field(discriminator="kind"),
]

STEP_TYPES: dict[str, type[StepBase]] = {
    "EXECUTION": ExecutionStep,
    "SCRIPT": ScriptStep,
    "BRIDGE_CALL": BridgeCallStep,
    "LLM": LlmStep,
    "AGENT": AgentStep,
    "CREATE_TASK": CreateTaskStep,
    "APPROVAL": ApprovalStep,
    "PLAN": PlanStep,
}
KINDS = tuple(STEP_TYPES)
APPROVAL_ACTIONS = ("approved", "rejected", "needs-info")
