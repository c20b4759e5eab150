"""Middleware of every request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from plans.errors import Refused
from plans.views.errors import refusal

OPEN_PREFIXES = (
    "/accounts/",
    "/static/",
    "/demo/erp/api/",
    "/api/",
    "/health",
    "/admin/login",
    "/notices/unsubscribe/",
)


class SignInRequired:
    """Send whoever is not signed in to the sign-in page; the API answers 401 or 403 by itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through, or redirect it."""
        if request.user.is_authenticated or request.path.startswith(OPEN_PREFIXES):
            return self.get_response(request)
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)


class Refusals:
    """Turn what a service refuses into a page that says why; the API has problem details for that."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through, unless its query holds what no database could look for."""
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest(_("The query of this address holds the character NUL (%00); take it out."))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """Refuse a form with the character NUL: nobody can type it, and no database keeps it."""
        if request.method != "POST" or request.path.startswith("/api/"):
            return
        for name in request.POST:
            if any("\0" in text for text in request.POST.getlist(name)):
                raise BadRequest(_("The form holds the character NUL; take it out and send it again."))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; None leaves a bug to Django."""
        return refusal(request, exception) if isinstance(exception, Refused) else None
