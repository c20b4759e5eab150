"""The page of e-mails that the embedded server did not send."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.demo.models import Erp, Mail
from plans.models import Person

SHOWN = 50


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """Show the newest e-mails to people of the person's demo organization."""
    person = request.user
    if not isinstance(person, Person):
        raise Http404
    erp = get_object_or_404(Erp.objects.visible_to(person).select_related("organization").order_by("pk")[:1])
    people = Person.objects.filter(memberships__organization=erp.organization)
    context = {
        "erp": erp,
        "mails": Mail.objects.filter(to__in=people.values("email"))[:SHOWN],
        "breadcrumbs": [{"label": _("Demo")}, {"label": _("E-mails")}],
    }
    return render(request, "demo/mail.html", context)
