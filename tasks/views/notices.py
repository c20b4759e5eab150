"""Pages of notices: the list, how one wants to hear of what, and where the links of e-mails lead."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plans.requests import person_of
from tasks.models import NoticeSettings, Notification
from tasks.notices import links, settings
from tasks.notices.mail import headline, kind_words

PAGE_SIZE = 50


@require_safe
def notices_page(request: HttpRequest) -> HttpResponse:
    """Show what the person was told, the newest first."""
    mine = Notification.objects.filter(person=person_of(request)).select_related("task", "task__project")
    page = Paginator(mine.order_by("-at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [{"notice": notice, "headline": headline(notice)} for notice in page],
        "unread": settings.unread(person_of(request)),
        "breadcrumbs": [{"label": _("Notices")}],
    }
    return render(request, "tasks/notices.html", context)


@require_safe
def notice(request: HttpRequest, number: int) -> HttpResponse:
    """Go to what a notice is about; it counts as read then."""
    mine = Notification.objects.filter(person=person_of(request))
    found = get_object_or_404(mine, pk=number)
    mine.filter(pk=found.pk, read_at=None).update(read_at=timezone.now())
    return redirect("tasks:task", found.task_id)


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    Notification.objects.filter(person=person_of(request), read_at=None).update(read_at=timezone.now())
    return redirect("tasks:notices")


@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Let a person choose how to hear of what."""
    person = person_of(request)
    if request.method == "POST":
        settings.choose(person, {kind: request.POST.get(kind, "") for kind in Notification.Kind.values})
        messages.success(request, _("You are told like this from now on."))
        return redirect("tasks:notice-settings")
    kept = settings.of(person)
    context = {
        "kinds": [(kind, kind_words(kind), kept.way(kind)) for kind in Notification.Kind.values],
        "ways": [
            (NoticeSettings.Way.MAIL, _("E-mail at once")),
            (NoticeSettings.Way.DIGEST, _("One e-mail a day")),
            (NoticeSettings.Way.PAGE, _("In the page only")),
            (NoticeSettings.Way.OFF, _("Not at all")),
        ],
        "breadcrumbs": [{"label": _("Notices"), "url": reverse("tasks:notices")}, {"label": _("Settings")}],
    }
    return render(request, "tasks/notice_settings.html", context)


@csrf_exempt  # mail programs unsubscribe by a POST of their own (RFC 8058); the token says who may
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End e-mails of a kind, by the link in one of them; nobody has to sign in."""
    found = links.read_unsubscribe(token)
    if found is None:
        raise Http404("no such link")
    person, kind = found
    done = request.method == "POST"
    if done:
        links.unsubscribe(person, kind)
    context = {"done": done, "what": kind_words(kind) if kind else "", "token": token}
    return render(request, "tasks/unsubscribe.html", context)


@require_safe
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Lead to a decision by the link in an e-mail, once; who may decide is asked there, as always."""
    found = links.invited(token, person=person_of(request))
    if found is None:
        raise Http404("no such link")
    if not links.use(found):
        return render(request, "tasks/link_used.html", {"task": found.task}, status=410)
    return redirect("tasks:task", found.task_id)
