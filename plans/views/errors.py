"""What a page answers when it refuses."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from plans.errors import Refused


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the page was open for too long, or was not ours; `reason` is for the log."""
    said = _(
        "This page does not belong to your session any more, so nothing was changed. "
        "Go back, load it again, and send it once more."
    )
    if request.path.startswith("/api/"):
        body = {
            "type": "urn:throughline:csrf",
            "title": "Csrf",
            "status": 403,
            "detail": said,
            "code": "csrf",
        }
        return HttpResponse(json.dumps(body), status=403, content_type="application/problem+json")
    return render(request, "403.html", {"exception": said}, status=403)


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Answer a page's request that a service refused: say why, and lead back to where the person was."""
    if refused.status == 404:
        return render(request, "404.html", {"exception": refused.message}, status=404)
    back = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=False)
    if request.method != "POST" or not safe or refused.status == 403:
        return render(request, "403.html", {"exception": refused.message}, status=refused.status)
    messages.error(request, refused.message)
    return redirect(back)
