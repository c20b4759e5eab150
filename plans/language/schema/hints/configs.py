"""Hints of the configuration of each kind."""

from __future__ import annotations

from typing import Any, Final

from plans.language.schema.hints.hint import Choice, Hint

_PER_DOCUMENT: Final[tuple[str, Any]] = ("perDocument", True)

CONFIGS: Final[dict[str, dict[str, Hint]]] = {
    "DocumentConfig": {
        "perDocument": Hint(
            "switch", "Per document", "Runs once for each document of the activity; off by default.", "documents"
        ),
        "joinPolicy": Hint(
            "choice",
            "Is done when",
            "When a step that runs per document is done; when all documents are settled, by default.",
            "documents",
            choices=(
                Choice("ALL_SETTLED", "All are settled", "However each of them ended."),
                Choice("ALL_COMPLETED", "All completed", "A document that failed fails the step."),
                Choice("ANY_COMPLETED", "One completed", "The first that completes, completes the step."),
                Choice("ANY_BRANCH", "Branches meet", "Each document goes on by the branch that it took."),
            ),
            when=_PER_DOCUMENT,
        ),
    },
    "ExecutionConfig": {
        "moduleRef": Hint("module", "Module", "The program that the step runs."),
        "moduleOptions": Hint(
            "moduleOptions", "Options", "What the module is told; {{ }} in texts reads inputs and steps."
        ),
        "maxParallel": Hint(
            "number", "At once", "How many documents are worked on at the same time; 5 by default.", "documents",
            when=_PER_DOCUMENT,
        ),
        "maxFailed": Hint(
            "share", "Failures tolerated",
            "How many documents may fail, a count or a share (10%), before the rest is given up; no limit by default.",
            "documents", when=_PER_DOCUMENT,
        ),
    },
    "ScriptConfig": {
        "scriptBody": Hint(
            "script", "Script",
            "The body of a JavaScript function: it reads inputs, steps and families, and returns an object.",
            placeholder="return {total: inputs.total};",
        ),
        "scriptActions": Hint(
            "actions", "Actions", "How the script may end: it returns {action: …} with one of them."
        ),
        "scriptSidecars": Hint(
            "sidecars", "Modules", "Script modules of the organization that run before the script.", "more"
        ),
    },
    "BridgeCallConfig": {
        "serviceBridgeRef": Hint("bridge", "Service bridge", "The service that is called."),
        "endpointName": Hint("endpoint", "Endpoint", "What is asked of it."),
        "requestPath": Hint(
            "keyValues", "Path values", "A value for each {token} of the endpoint's path: JSONata, or text with {{ }}.",
            "data", of="value",
        ),
        "requestQuery": Hint(
            "keyValues", "Query", "What stands behind the ? of the address: JSONata, or text with {{ }}.", "data",
            of="value",
        ),
        "requestHeaders": Hint(
            "keyValues", "Headers", "Headers beside those of the bridge: JSONata, or text with {{ }}.", "data",
            of="value",
        ),
        "requestBody": Hint(
            "keyValues", "Body", "The JSON that is sent; each text is JSONata, or text with {{ }}.", "data", of="value"
        ),
        "requestScript": Hint(
            "script", "Request script",
            "JavaScript that returns {body, query, path, headers}; instead of the fields above.", "data",
        ),
        "outputMapping": Hint(
            "keyValues", "Result", "Names for parts of the answer: JSONata over the body, _body and _statusCode.",
            "data", of="reply",
        ),
        "treatAsError": Hint(
            "jsonata", "Is an error if",
            "JSONata over the answer that makes it a failure; a status outside 200-299, by default.", "failure",
            placeholder="_statusCode >= 500",
        ),
        "bridgeActions": Hint(
            "actions", "Actions", "How the call may end: the action that the mapping, or the body, names."
        ),
        "timeoutSeconds": Hint(
            "number", "Timeout of the call", "Seconds that the answer may take; 30 by default, 120 at most.", "failure"
        ),
        "disableCache": Hint(
            "switch", "No cache", "Always calls, where the endpoint keeps its answers; off by default.", "more"
        ),
    },
    "LlmConfig": {
        "promptBody": Hint(
            "template", "Prompt", "What the model is asked; {{ }} reads inputs and steps, {name} the variables below."
        ),
        "promptTemplateRef": Hint("prompt", "Prompt template", "A prompt of the organization, instead of one here."),
        "llmModelName": Hint("model", "Model", "SMALL, LARGE or the id of a model; SMALL by default."),
        "promptVariables": Hint(
            "keyValues", "Variables", "Values for {name} in the prompt: JSONata, or text with {{ }}.", "data",
            of="value",
        ),
        "includeDocument": Hint(
            "json", "Include the document",
            "Gives the prompt the text of the document; true, or {maxPages, maxCharacters}. Off by default.",
            "documents", when=_PER_DOCUMENT,
        ),
        "enrichment": Hint(
            "enrichment", "Look-ups", "Calls of service bridges before the prompt, which reads them as enrichment.",
            "data",
        ),
        "outputMapping": Hint(
            "keyValues", "Result", "Names for parts of the reply: JSONata over its JSON, or over {response}.", "data",
            of="reply",
        ),
        "promptActions": Hint(
            "actions", "Actions", "How the step may end: the action that the mapping, or the reply, names."
        ),
    },
    "AgentConfig": {
        "agentRuntimeRef": Hint("agentRuntime", "Agent runtime", "The runtime that carries the agent."),
        "prompt": Hint("template", "Task of the agent", "What the agent is asked to do; {{ }} reads inputs and steps."),
        "moduleRefs": Hint("modules", "Tools", "Modules that the agent may use, beside those of its runtime."),
    },
    "CreateTaskConfig": {
        "taskTemplateRef": Hint("taskTemplate", "Task template", "The form, the actions and the people of the task."),
        "title": Hint("template", "Title", "What the inbox shows; the template's title by default."),
        "description": Hint("template", "Description", "What the person should know; {{ }} reads inputs and steps."),
        "taskStatusSlug": Hint("taskStatus", "Status at first", "The status that the task begins with."),
        "priority": Hint(
            "template", "Priority", "1 is highest, 5 lowest; the template's, by default. {{ }} may read it."
        ),
        "taskData": Hint(
            "keyValues", "Data", "What stands in the form at first, as data; {{ }} reads inputs and steps.", "data",
            of="template",
        ),
        "waitForCompletion": Hint(
            "switch", "Wait for the person",
            "Goes on only when the task is finished; off, the step completes at once. On by default.", "when",
        ),
        "actions": Hint("hidden", "Actions", "A copy of the template's actions; it decides nothing.", "more"),
    },
    "ApprovalConfig": {
        "approverRole": Hint("role", "Approver role", "Everybody with the role may decide."),
        "approvers": Hint("people", "Approvers", "People who may decide, by user name."),
        "quorum": Hint(
            "quorum", "Approvals needed", "How many must approve: a count, all, or a share (60%); 1 by default."
        ),
        "rejectOn": Hint(
            "quorum", "Rejected by", "How many rejections reject it: first, a count or a share (40%); first by default."
        ),
        "requireComment": Hint("switch", "Comment required", "A decision needs a comment; off by default."),
        "approvalCriteria": Hint(
            "json", "Criteria",
            "What the decision is about; a condition (JSONata) that is false approves without asking.", "when",
        ),
        "dueInHours": Hint("number", "Due in", "Hours that the decision may take; no limit by default.", "when"),
        "onDue": Hint(
            "choice", "When overdue", "What becomes of it when the time has passed; nothing by default.", "when",
            choices=(
                Choice("approve", "It is approved"),
                Choice("reject", "It is rejected"),
                Choice("cancel", "It is cancelled"),
                Choice("escalate", "Others may decide too"),
            ),
        ),
        "escalateTo": Hint(
            "people", "Escalate to", "The role or the people who may decide once it is overdue.", "when",
            when=("onDue", "escalate"),
        ),
        "distinctFrom": Hint(
            "steps", "Four eyes", "Who acted in these steps may not decide here.", "more"
        ),
        "allowOwnRequest": Hint(
            "switch", "Own requests", "Who started the activity may decide, too; off by default.", "more"
        ),
    },
    "PlanConfig": {
        "activityPlanRef": Hint("plan", "Plan", "The plan that is run as a child activity."),
        "inputs": Hint(
            "planInputs", "Inputs", "What the child is started with: JSONata, or text with {{ }}.", "data", of="value"
        ),
    },
}  # fmt: skip
