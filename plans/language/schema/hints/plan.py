"""Hints of a plan, its inputs and its document groups."""

from __future__ import annotations

from typing import Final

from plans.language.schema.hints.hint import Choice, Hint

_INPUT_TYPES: Final = (
    Choice("string", "Short text"),
    Choice("text", "Long text"),
    Choice("number", "Number"),
    Choice("integer", "Whole number"),
    Choice("boolean", "Yes or no"),
    Choice("date", "Date"),
    Choice("datetime", "Date and time"),
    Choice("selection", "Selection"),
    Choice("object", "Object"),
    Choice("array", "List"),
    Choice("cloudModel", "Cloud model"),
    Choice("cloudEmbedding", "Cloud embedding"),
)

PLAN_PARTS: Final[dict[str, dict[str, Hint]]] = {
    "Plan": {
        "name": Hint("text", "Name", "What people read in lists and titles."),
        "slug": Hint("text", "Slug", "The plan's address and name in references: a-z, 0-9 and -."),
        "description": Hint("multiline", "Description", "What the plan is for, in a sentence or two."),
        "defaultTitleTemplate": Hint(
            "template",
            "Title of activities",
            "The title that an activity gets where nobody types one; {{ }} reads inputs and documents.",
            placeholder="Invoice {{ .inputs.number }}",
        ),
        "defaultDescriptionTemplate": Hint(
            "template",
            "Description of activities",
            "The description that an activity gets where nobody types one; {{ }} reads inputs and documents.",
        ),
        "inputOptions": Hint(
            "inputOptions",
            "Inputs",
            "What the start form asks for; steps read it as inputs.<name>.",
            "data",
        ),
        "inputsSchema": Hint(
            "schema",
            "Schema of the inputs",
            "A JSON Schema that all inputs together must fit; a start that does not is refused.",
            "data",
        ),
        "variables": Hint(
            "variables",
            "Variables",
            "Settings of the plan with defaults, given anew at a start where needed; input trees read them.",
            "data",
        ),
        "output": Hint(
            "tree",
            "Output",
            "What the activity gives as its result when it ends; nothing by default.",
            "data",
        ),
        "outputSchema": Hint(
            "schema", "Schema of the output", "A JSON Schema that the output must fit.", "data"
        ),
        "documentFamilyGroups": Hint(
            "documentGroups",
            "Document groups",
            "The named sets of documents that an activity is started with.",
            "documents",
        ),
        "failurePolicy": Hint(
            "choice",
            "When a step fails",
            "Whether any failed step fails the activity, or only those that the output needs; any by default.",
            "failure",
            choices=(
                Choice("any", "The activity fails", "Any step that failed counts."),
                Choice("output", "Only if the output needs it", "Every step runs; the output decides."),
            ),
        ),
        "metadata": Hint(
            "json",
            "Metadata",
            "With serializePerProject, one activity of the plan runs at a time; with aiNaming, a model titles it.",
            "more",
        ),
        "test": Hint("hidden", "Test cases", "Mocks and cases; the Try panel keeps them.", "more"),
        "steps": Hint(
            "hidden", "Steps", "The steps, in plan order; the canvas and the outline show them.", "more"
        ),
        "layout": Hint(
            "hidden", "Layout", "Where the author placed the steps; no part of a version's meaning.", "more"
        ),
    },
    "InputOption": {
        "name": Hint("text", "Name", "What steps read it by: inputs.<name>."),
        "label": Hint("text", "Label", "What the form shows; the name by default."),
        "type": Hint(
            "choice",
            "Type",
            "What kind of value it is; what is typed is converted to it. Short text by default.",
            choices=_INPUT_TYPES,
        ),
        "required": Hint("switch", "Required", "Nothing starts without it; off by default."),
        "description": Hint("multiline", "Help", "A line below the field that says what to type."),
        "default": Hint("json", "Default", "The value that stands in the form at first."),
        "options": Hint(
            "json",
            "Options",
            "What a selection offers: values, or {value, label}.",
            when=("type", "selection"),
        ),
    },
    "DocumentFamilyGroup": {
        "name": Hint("text", "Name", "What the start form calls the group."),
        "notes": Hint("multiline", "Notes", "A line that says which documents belong here."),
        "required": Hint("switch", "Required", "Nothing starts without a document in it; off by default."),
        "maxHits": Hint(
            "number", "Documents at most", "How many documents it may hold; no limit by default.", "more"
        ),
        "maxPages": Hint(
            "number", "Pages at most", "How many pages a document may have; no limit by default.", "more"
        ),
        "hardMaxPages": Hint(
            "json", "Pages, never more", "A page limit that refuses the document, or true.", "more"
        ),
        "maxSize": Hint(
            "number", "Size at most", "How many bytes a document may have; no limit by default.", "more"
        ),
        "uniqueFilenames": Hint(
            "switch", "Distinct file names", "Refuses two documents of one name; off by default.", "more"
        ),
        "automaticallyAdd": Hint(
            "switch", "Fill by itself", "Takes documents that fit the filter; off by default.", "more"
        ),
        "documentFamilyFilter": Hint("text", "Filter", "Which documents of the project are offered.", "more"),
        "editable": Hint(
            "switch", "Can be changed", "Whether people may change the group at the start.", "more"
        ),
        "uploadOnly": Hint(
            "switch", "Only uploads", "Takes no document that is there already; off by default.", "more"
        ),
        "sort": Hint("text", "Order", "The order in which documents are offered.", "more"),
        "titlePrompt": Hint("multiline", "Title prompt", "How a model titles the documents.", "more"),
        "knowledgeFeatures": Hint("json", "Features", "Labels that the documents get.", "more"),
    },
}
