"""How an outcome that a script or a reply names is matched with the actions that a step declares."""

from __future__ import annotations

from collections.abc import Sequence

from plans.language.schema import Action


def match_action(wanted: object, declared: Sequence[Action]) -> str | None:
    """Return the slug of the action meant: by slug exactly, else by name ignoring case (plan language 2.1)."""
    if not isinstance(wanted, str):
        return None
    if any(action.slug == wanted for action in declared):
        return wanted
    folded = wanted.casefold()
    return next((action.slug for action in declared if _name(action).casefold() == folded), None)


def describe(declared: Sequence[Action]) -> str:
    """List the declared slugs for a message."""
    return ", ".join(action.slug for action in declared) or "none"


def _name(action: Action) -> str:
    return action.name or action.label or action.slug
