"""The ASGI application: Django's pages and API over HTTP, the live stream over websockets."""

from __future__ import annotations

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
http = get_asgi_application()

from activities import routing as activities  # noqa: E402  the app registry must be ready
from plans import routing as plans  # noqa: E402
from tasks import routing as tasks  # noqa: E402

# The activities' come last: they end with what is nowhere.
websockets = URLRouter(
    [*plans.websocket_urlpatterns, *tasks.websocket_urlpatterns, *activities.websocket_urlpatterns]
)

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(websockets)),
    }
)
