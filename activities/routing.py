"""Websocket addresses."""

from __future__ import annotations

from django.urls import path

from activities.consumers import ActivityConsumer

websocket_urlpatterns = [path("ws/activities/<uuid:activity_id>/", ActivityConsumer.as_asgi())]
