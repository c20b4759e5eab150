"""Expressions of the plan language: JSONata, `{{ templates }}` and `$from` trees; pure."""

from __future__ import annotations

from plans.language.expressions.conditions import condition_steps, hyphen_slug_problem, parse_error
from plans.language.expressions.jsonata import NO_RESULT, ExpressionError, evaluate
from plans.language.expressions.paths import Found, PathSyntaxError, lookup, parse_path
from plans.language.expressions.pipelines import TemplateError
from plans.language.expressions.templates import (
    fill_names,
    has_placeholders,
    interpolate,
    render_title,
    template_error,
    template_paths,
)
from plans.language.expressions.trees import (
    FailedBy,
    Needs,
    NotTakenBy,
    PathMissing,
    References,
    Resolution,
    Resolved,
    Scope,
    SkippedBy,
    StepValue,
    references,
    resolve,
    should_skip,
    truthy,
)

__all__ = [
    "NO_RESULT",
    "ExpressionError",
    "FailedBy",
    "Found",
    "Needs",
    "NotTakenBy",
    "PathMissing",
    "PathSyntaxError",
    "References",
    "Resolution",
    "Resolved",
    "Scope",
    "SkippedBy",
    "StepValue",
    "TemplateError",
    "condition_steps",
    "evaluate",
    "fill_names",
    "has_placeholders",
    "hyphen_slug_problem",
    "interpolate",
    "lookup",
    "parse_error",
    "parse_path",
    "references",
    "render_title",
    "resolve",
    "should_skip",
    "template_error",
    "template_paths",
    "truthy",
]
