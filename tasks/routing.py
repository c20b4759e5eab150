"""Websocket addresses."""

from __future__ import annotations

from django.urls import path

from tasks.consumers import InboxConsumer

websocket_urlpatterns = [path("ws/inbox/<int:project_id>/", InboxConsumer.as_asgi(), name="inbox-stream")]
