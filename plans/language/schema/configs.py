"""The `config` of each step kind (plan language 2.1)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from plans.language.schema.values import (
    Action,
    Flag,
    Json,
    JsonObject,
    Model,
    Number,
    Percentage,
    Text,
    Whole,
)

JOIN_POLICIES = ("ALL_SETTLED", "ALL_COMPLETED", "ANY_COMPLETED", "ANY_BRANCH")
MAX_BRIDGE_SECONDS = 120


class Config(Model):
    """What is common to all kinds.

    `required` lists the wire keys that must be there, each with its alternatives; `actions_key` names
    the field that declares actions.
    """

    required: ClassVar[tuple[tuple[str, ...], ...]] = ()
    actions_key: ClassVar[str | None] = None

    @property
    def declared_actions(self) -> tuple[Action, ...]:
        """Give the actions written in the plan; for CREATE_TASK only a mirror of its template's."""
        return getattr(self, self.actions_key) if self.actions_key else ()


class DocumentConfig(Config):
    """A config of a kind that can run once per document family.

    `join_policy` is kept as typed; an unknown one behaves as ALL_SETTLED, see `effective_join_policy`.
    """

    per_document: Flag = False
    join_policy: Annotated[Text, Field(json_schema_extra={"enum": list(JOIN_POLICIES)})] = "ALL_SETTLED"

    @property
    def effective_join_policy(self) -> str:
        """Give one of JOIN_POLICIES."""
        return self.join_policy if self.join_policy in JOIN_POLICIES else "ALL_SETTLED"


class ExecutionConfig(DocumentConfig):
    """EXECUTION: a registered module. `max_failed`: a count, or a share ("10%"); None: no limit."""

    required: ClassVar = (("moduleRef",),)

    module_ref: Text = ""
    module_options: JsonObject = Field(default_factory=dict)
    max_parallel: Annotated[Whole, Field(ge=1)] = 5
    max_failed: Annotated[Whole, Field(ge=0)] | Percentage | None = None


class ScriptConfig(DocumentConfig):
    """SCRIPT: the body of a JavaScript function."""

    required: ClassVar = (("scriptBody",),)
    actions_key: ClassVar = "script_actions"

    script_body: Text = ""
    script_actions: tuple[Action, ...] = ()
    script_sidecars: tuple[Text, ...] = ()


class BridgeCallConfig(DocumentConfig):
    """BRIDGE_CALL: one HTTP call; the request from four maps, or from a script, never from both."""

    required: ClassVar = (("serviceBridgeRef",), ("endpointName",))
    actions_key: ClassVar = "bridge_actions"

    service_bridge_ref: Text = ""
    endpoint_name: Text = ""
    request_body: Json = None
    request_query: JsonObject | None = None
    request_path: JsonObject | None = None
    request_headers: JsonObject | None = None
    request_script: Text | None = None
    treat_as_error: Text | None = None
    output_mapping: JsonObject = Field(default_factory=dict)
    bridge_actions: tuple[Action, ...] = ()
    timeout_seconds: Annotated[Number, Field(gt=0)] = 30
    disable_cache: Flag = False

    @property
    def effective_timeout(self) -> float:
        """Give the seconds a call may take: what is written, at most MAX_BRIDGE_SECONDS."""
        return min(float(self.timeout_seconds), MAX_BRIDGE_SECONDS)


class LlmConfig(DocumentConfig):
    """LLM: one prompt to a model; `prompt_body` wins over `prompt_template_ref`."""

    required: ClassVar = (("promptBody", "promptTemplateRef"),)
    actions_key: ClassVar = "prompt_actions"

    prompt_body: Text = ""
    prompt_template_ref: Text = ""
    llm_model_name: Text = "SMALL"
    prompt_variables: JsonObject = Field(default_factory=dict)
    include_document: Flag | JsonObject = False
    enrichment: tuple[JsonObject, ...] = ()
    output_mapping: JsonObject = Field(default_factory=dict)
    prompt_actions: tuple[Action, ...] = ()


class AgentConfig(Config):
    """AGENT: a run of an agent runtime; `module_refs` are its tools."""

    required: ClassVar = (("agentRuntimeRef",),)

    agent_runtime_ref: Text = ""
    prompt: Text = ""
    module_refs: tuple[Text, ...] = ()


class CreateTaskConfig(Config):
    """CREATE_TASK: a task for a person. `actions` mirrors the template's and is never live."""

    required: ClassVar = (("taskTemplateRef",),)
    actions_key: ClassVar = "actions"

    task_template_ref: Text = ""
    task_status_slug: Text | None = None
    title: Text | None = None
    description: Text | None = None
    priority: Whole | Text | None = None
    task_data: JsonObject = Field(default_factory=dict)
    wait_for_completion: Flag = True
    actions: tuple[Action, ...] = ()


class ApprovalConfig(Config):
    """APPROVAL: a decision of people; `distinct_from` names steps whose actors may not decide."""

    required: ClassVar = (("approverRole", "approvers"),)

    approver_role: Text = ""
    approvers: tuple[Text, ...] = ()
    approval_criteria: JsonObject = Field(default_factory=dict)
    quorum: Annotated[Whole, Field(ge=1)] | Literal["all"] | Percentage = 1
    reject_on: Annotated[Whole, Field(ge=1)] | Literal["first"] | Percentage = "first"
    require_comment: Flag = False
    due_in_hours: Annotated[Number, Field(gt=0)] | None = None
    on_due: Literal["approve", "reject", "cancel", "escalate"] | None = None
    escalate_to: Text | tuple[Text, ...] | None = None
    distinct_from: tuple[Text, ...] = ()
    allow_own_request: Flag = False


class PlanConfig(Config):
    """PLAN: a child activity of another plan of the organization."""

    required: ClassVar = (("activityPlanRef",),)

    activity_plan_ref: Text = ""
    inputs: JsonObject = Field(default_factory=dict)
