"""When an organization works."""

from __future__ import annotations

from django.db import models

from plans.fields import OrderedJSONField
from plans.models import Organization


class BusinessCalendar(models.Model):
    """Working hours and holidays of an organization, in its zone; without one it works 9 to 17, Monday to Friday."""

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="+")
    hours = OrderedJSONField(default=dict)  # {"monday": "09:00-12:30, 13:00-17:00", …}; a day off is ""
    holidays = OrderedJSONField(default=dict)  # {"2026-12-25": "Christmas Day"}

    def __str__(self) -> str:
        return f"calendar of {self.organization}"
