"""Websocket addresses."""

from __future__ import annotations

from django.urls import path, re_path

from activities.consumers import ActivityConsumer, NowhereConsumer

websocket_urlpatterns = [
    path("ws/activities/<uuid:activity_id>/", ActivityConsumer.as_asgi()),
    re_path("", NowhereConsumer.as_asgi()),
]
