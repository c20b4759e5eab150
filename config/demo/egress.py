"""The one address that bridges of the demo organization may reach although it is not public: this server's own."""

from __future__ import annotations

from config.demo.models import Erp


def addresses(organization_id: int) -> list[str]:
    """Return the `host:port` of the organization's demo ERP; nothing where the demo was not loaded."""
    return list(Erp.objects.filter(organization_id=organization_id).values_list("address", flat=True))
