"""App configuration of tasks."""

from __future__ import annotations

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """The tasks app."""

    name = "tasks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the inbox into the frame: its count in the rail, its tasks in the palette."""
        from plans import context
        from tasks import inbox, live, panels
        from tasks.notices import settings

        context.inbox_counter = inbox.count
        context.notice_counter = settings.unread
        context.inbox_stream = live.stream_of
        if panels.palette not in context.palette_providers:
            context.palette_providers.append(panels.palette)
