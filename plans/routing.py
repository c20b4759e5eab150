"""Websocket addresses."""

from __future__ import annotations

from django.urls import path

from plans.consumers import PlanConsumer

websocket_urlpatterns = [
    path("ws/plans/<slug:organization>/<slug:slug>/", PlanConsumer.as_asgi(), name="presence")
]
