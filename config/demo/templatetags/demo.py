"""The people of the demo, for the page on which one signs in."""

from __future__ import annotations

from django import template

from config.demo.load import PASSWORD, people
from config.demo.models import Erp

register = template.Library()


@register.simple_tag
def demo_people() -> list[dict[str, str]]:
    """Return `{name, email, role, password}` of everybody, on a server that has the demo; elsewhere nobody."""
    if not Erp.objects.exists():
        return []
    return [
        {"name": name, "email": email, "role": roles, "password": PASSWORD} for name, email, roles in people()
    ]
