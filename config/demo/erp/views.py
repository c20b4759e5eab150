"""The ERP's ledger page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.demo.models import Erp
from plans.models import Person

SHOWN = 100


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Show the newest bills and notices of the person's organization."""
    person = request.user
    if not isinstance(person, Person):
        raise Http404
    erp = get_object_or_404(Erp.objects.visible_to(person).select_related("organization").order_by("pk")[:1])
    context = {
        "erp": erp,
        "bills": erp.bills.all()[:SHOWN],
        "notices": erp.notices.all()[:SHOWN],
        "breadcrumbs": [{"label": _("Demo ERP")}, {"label": _("Ledger")}],
    }
    return render(request, "demo/ledger.html", context)
