"""Addresses of the plans API."""

from __future__ import annotations

from plans.api import PlanApi
from plans.api_editor import PlanEditorApi
from plans.api_resources import (
    AgentRuntimeApi,
    BindingApi,
    OrganizationApi,
    ProjectApi,
    PromptTemplateApi,
    ScriptModuleApi,
    ServiceBridgeApi,
    TaskStatusApi,
    TaskTemplateApi,
)
from plans.router import Router

router = Router()
router.register("activity-plans", PlanApi, basename="api-plan")
router.register("plan-editor", PlanEditorApi, basename="api-plan-editor")
router.register("task-templates", TaskTemplateApi, basename="api-task-template")
router.register("task-statuses", TaskStatusApi, basename="api-task-status")
router.register("service-bridges", ServiceBridgeApi, basename="api-service-bridge")
router.register("prompt-templates", PromptTemplateApi, basename="api-prompt-template")
router.register("script-modules", ScriptModuleApi, basename="api-script-module")
router.register("agent-runtimes", AgentRuntimeApi, basename="api-agent-runtime")
router.register("organizations", OrganizationApi, basename="api-organization")
router.register("projects", ProjectApi, basename="api-project")
router.register("project-resources", BindingApi, basename="api-binding")

urlpatterns = router.urls
