"""Hints of what steps of all kinds have."""

from __future__ import annotations

from typing import Final

from plans.language.schema.hints.hint import Choice, Hint

STEP_PARTS: Final[dict[str, dict[str, Hint]]] = {
    "StepBase": {
        "name": Hint("text", "Name", "What people read; the slug by default."),
        "slug": Hint(
            "text",
            "Slug",
            "The step's name in dependencies and expressions: a-z, 0-9, _ and -. Renaming reaches all.",
        ),
        "kind": Hint("hidden", "Kind", "What the step does."),
        "description": Hint("multiline", "About this step", "What the step is for; shown beside it."),
        "config": Hint("hidden", "Configuration", "The keys of the kind."),
        "dependsOn": Hint(
            "dependsOn",
            "Depends on",
            "The steps this one waits for: all of them. With an action, only if the step ended with it; "
            "with ?, however it settled.",
            "when",
        ),
        "conditionExpr": Hint(
            "jsonata",
            "Condition",
            "Runs the step only if this JSONata is true; anything else leaves it not taken. Always, by default.",
            "when",
            placeholder="inputs.total > 1000",
        ),
        "skipIf": Hint(
            "tree",
            "Skip if",
            "Skips the step if this value is truthy; it is evaluated before the input.",
            "when",
        ),
        "bypass": Hint(
            "switch", "Bypass", "Always skips the step, as if it were done; off by default.", "when"
        ),
        "input": Hint(
            "tree",
            "Input",
            "Values for the step, with references to results of others; a reference implies waiting for that step.",
            "data",
        ),
        "inputSchema": Hint(
            "schema", "Schema of the input", "A JSON Schema that the input must fit.", "data"
        ),
        "outputSchema": Hint(
            "schema", "Schema of the result", "A JSON Schema that the result must fit.", "data"
        ),
        "onError": Hint(
            "object", "On failure", "What a failure of the step becomes: fail, by default.", "failure"
        ),
        "executionPolicy": Hint(
            "object", "Time and attempts", "How long the step may take, and how often it is tried.", "failure"
        ),
        "mustExecute": Hint(
            "switch",
            "Must succeed",
            "Its failure always counts where only failures that the output needs do; off by default.",
            "failure",
        ),
        "setDocumentStatus": Hint(
            "documentStatus",
            "Document status",
            "The status that the activity's documents get when the step completes; none by default.",
            "documents",
        ),
        "badges": Hint(
            "badges", "Badges", "Marks of the step; promoted ones are put on the activity.", "more"
        ),
        "metadata": Hint("json", "Metadata", "Anything you like; the engine does not read it.", "more"),
        "uuid": Hint("hidden", "Legacy uuid", "An old name of the step; saving drops it.", "more"),
    },
    "Action": {
        "slug": Hint("text", "Slug", "What edges and scripts call it: a-z, 0-9, _ and -."),
        "name": Hint(
            "text", "Name", "What people read; a reply that names it is matched, whatever the case."
        ),
        "label": Hint("text", "Label", "What is shown instead of the name.", "more"),
        "description": Hint("text", "Description", "When the step ends with it.", "more"),
        "properties": Hint("json", "Properties", "Anything you like; the engine does not read it.", "more"),
        "uuid": Hint("hidden", "Legacy uuid", "An old name of the action; saving drops it.", "more"),
    },
    "OnError": {
        "action": Hint(
            "choice",
            "Then",
            "What becomes of a step that failed for good; it fails, by default.",
            "failure",
            choices=(
                Choice("fail", "The step fails", "What comes after it is blocked."),
                Choice(
                    "retry",
                    "It is tried again",
                    "As often as said; then it fails, or goes on with the default.",
                ),
                Choice("continue", "It goes on", "Completed, with the default output as its result."),
                Choice("skip", "It is skipped", "What comes after it goes on without its result."),
            ),
        ),
        "maxRetries": Hint(
            "number",
            "Retries",
            "How often it is tried again after the first attempt; 3 by default.",
            "failure",
            when=("action", "retry"),
        ),
        "defaultOutput": Hint(
            "json",
            "Default output",
            "The result that stands in for the one that failed.",
            "failure",
            when=("action", "continue", "retry"),
        ),
    },
    "ExecutionPolicy": {
        "timeoutSeconds": Hint(
            "number",
            "Timeout",
            "Seconds after which the step is cut off; the limit of its kind by default.",
            "failure",
        ),
        "maxAttempts": Hint(
            "number", "Attempts", "How often the step is tried in all; once by default.", "failure"
        ),
        "backoff": Hint(
            "choice",
            "Pause between attempts",
            "How the pause grows from one attempt to the next; exponential by default.",
            "failure",
            choices=(
                Choice("immediate", "None"),
                Choice("linear", "Linear", "1, 2, 3 times the base."),
                Choice("exponential", "Exponential", "1, 2, 4 times the base."),
            ),
        ),
        "backoffBaseSeconds": Hint(
            "number", "Base of the pause", "Seconds of the first pause; 1 by default.", "failure"
        ),
        "onExhausted": Hint(
            "choice",
            "When attempts run out",
            "What becomes of the step after its last attempt; it fails, by default.",
            "failure",
            choices=(Choice("fail", "It fails"), Choice("skip", "It is skipped")),
        ),
    },
}
