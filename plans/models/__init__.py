"""Models of design time."""

from __future__ import annotations

from plans.models.plans import Plan, PlanContent, PlanDraft, PlanVersion
from plans.models.resources import (
    AgentRuntime,
    PinnedDefinitions,
    PromptTemplate,
    ScriptModule,
    Secret,
    ServiceBridge,
    TaskStatus,
    TaskTemplate,
)
from plans.models.workspace import (
    Binding,
    IdempotencyKey,
    Membership,
    MembershipRole,
    Organization,
    Person,
    Project,
)

__all__ = [
    "AgentRuntime",
    "Binding",
    "IdempotencyKey",
    "Membership",
    "MembershipRole",
    "Organization",
    "Person",
    "PinnedDefinitions",
    "Plan",
    "PlanContent",
    "PlanDraft",
    "PlanVersion",
    "Project",
    "PromptTemplate",
    "ScriptModule",
    "Secret",
    "ServiceBridge",
    "TaskStatus",
    "TaskTemplate",
]
