"""Findings about JSONata in steps, conditions above all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from plans.language import expressions
from plans.language.expressions.jsonata import MAX_CHARACTERS
from plans.language.finding import Finding, error, warning
from plans.language.findings.subject import Subject
from plans.language.findings.syntax import surely_jsonata
from plans.language.mentions import steps_in_condition
from plans.language.places import Authored
from plans.language.schema import StepBase

# Comparisons of paths with literals, joined by words: most conditions, told in 2 us.
_NAME: Final = r"(?!(?:and|or|in)\b)[A-Za-z_]\w*"
_PATH: Final = rf"(?:\$\$?\.)?{_NAME}(?:\.(?:{_NAME}|`[^`]+`))*"
_OPERAND: Final = rf"""(?:\$exists\({_PATH}\)|{_PATH}|-?\d+(?:\.\d+)?|'[^'\\]*'|"[^"\\]*")"""
_TERM: Final = rf"{_OPERAND}(?: *(?:=|!=|<=?|>=?|in(?= )) *{_OPERAND})?"
_PLAIN: Final = re.compile(rf"{_TERM}(?: +(?:and|or) +{_TERM})*")
_AGGREGATE: Final = re.compile(r"(?<![\w$.`])(?:\$\$?\.)?steps\.(?:`[^`]+`|[\w-]+)\.documents\b")


def check_expressions(subject: Subject) -> Iterator[Finding]:
    """Every JSONata text parses, and names steps that exist."""
    for step, place in subject.authored:
        if place.language not in ("jsonata", "reply"):
            continue
        if len(place.text) > MAX_CHARACTERS:
            message = f'step "{step.slug}" has an expression of more than {MAX_CHARACTERS:,} characters'
            yield error("too-large", message, step=step.slug, field=place.field)
        elif place.field == "conditionExpr":
            yield from _check_condition(subject, step, place)
        else:
            yield from _check_other(subject, step, place)


def _check_condition(subject: Subject, step: StepBase, place: Authored) -> Iterator[Finding]:
    if reason := _jsonata_error(place.text):
        message = f'step "{step.slug}" has a conditionExpr that is not JSONata: {reason}'
        yield error("condition-invalid-jsonata", message, step=step.slug, field=place.field)
        return
    if "steps" not in place.text:
        return
    yield from _check_hyphen(subject, step, place)
    for slug in _unknown_steps(subject, place.text):
        message = f'the conditionExpr of step "{step.slug}" reads steps.{slug}, and there is no such step'
        yield warning("condition.unknown-step-ref", message, step=step.slug, field=place.field)
    if step.per_document and subject.routes_documents and _AGGREGATE.search(place.text):
        message = (
            f'the conditionExpr of step "{step.slug}" is judged for each document; '
            "steps.<slug>.documents is not there"
        )
        yield error("condition-documents-aggregate", message, step=step.slug, field=place.field)


def _check_other(subject: Subject, step: StepBase, place: Authored) -> Iterator[Finding]:
    if reason := _jsonata_error(place.text):
        message = f'step "{step.slug}" has a {place.field} that is not JSONata: {reason}'
        yield warning("expression-invalid-jsonata", message, step=step.slug, field=place.field)
    elif place.language == "jsonata" and "steps" in place.text:
        yield from _check_hyphen(subject, step, place)
        code = (
            "bridge.request-binding-unknown" if step.kind == "BRIDGE_CALL" else "condition.unknown-step-ref"
        )
        for slug in _unknown_steps(subject, place.text):
            message = f'{place.field} of step "{step.slug}" reads steps.{slug}, and there is no such step'
            yield warning(code, message, step=step.slug, field=place.field)


def _check_hyphen(subject: Subject, step: StepBase, place: Authored) -> Iterator[Finding]:
    slug = expressions.hyphen_slug_problem(place.text, subject.by_slug) if "-" in place.text else None
    if slug is not None:
        message = f'step "{step.slug}" must write steps.`{slug}`: without backticks, the hyphen is a minus'
        yield error("condition-hyphen-slug", message, step=step.slug, field=place.field)


def _unknown_steps(subject: Subject, text: str) -> list[str]:
    found: dict[str, None] = {}
    for slug, quoted in steps_in_condition(text):
        if slug not in subject.known and (quoted or slug.split("-")[0] not in subject.known):
            # A bare word with hyphens that is no slug is a subtraction.
            found.setdefault(slug if quoted else slug.split("-")[0])
    if found and expressions.hyphen_slug_problem(text, subject.by_slug):
        return []
    return list(found)


@lru_cache(maxsize=65_536)
def _jsonata_error(text: str) -> str | None:
    if _PLAIN.fullmatch(text) or surely_jsonata(text):
        return None
    return expressions.parse_error(text)
