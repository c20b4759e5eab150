"""App configuration of the wiring, so that its commands are found."""

from __future__ import annotations

from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Commands that run the whole: `run_embedded`."""

    name = "config"
    label = "wiring"
