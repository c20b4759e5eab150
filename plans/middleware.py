"""Middleware of every request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from plans.errors import Refused
from plans.views.errors import refusal

OPEN_PREFIXES = ("/accounts/", "/static/", "/demo/erp/api/", "/api/", "/health", "/admin/login")


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
        """Let the request through."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; None leaves a bug to Django."""
        return refusal(request, exception) if isinstance(exception, Refused) else None
