"""What comes before a step in its plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plans.language.dependencies import DependencySyntaxError, parse_dependency
from plans.models import PlanVersion


def upstream(version_id: int, slug: str) -> list[str]:
    """Return the slugs of all steps that the step depends on, through others too, the nearest first."""
    version = PlanVersion.objects.select_related("content").get(pk=version_id)
    before = {step.get("slug"): _dependencies(step) for step in version.content.document.get("steps", ())}
    found: dict[str, None] = {}
    ring = before.get(slug, [])
    while ring:
        found |= dict.fromkeys(ring)
        ring = [further for near in ring for further in before.get(near, ()) if further not in found]
    return [name for name in found if name != slug]


def _dependencies(step: Mapping[str, Any]) -> list[str]:
    slugs = []
    for text in step.get("dependsOn") or ():
        try:
            slugs.append(parse_dependency(text).step)
        except DependencySyntaxError:
            continue
    return slugs
