"""`manage.py run_embedded`: everything in one process, with the demo."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import embedded


class Command(BaseCommand):
    """Migrate, load the demo, serve on 127.0.0.1; Ctrl-C stops, starting again goes on."""

    help = "Run Throughline in one process on SQLite, with the demo organization."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a port."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-demo", action="store_true", help="do not load the demo organization")

    def handle(self, *args: Any, port: int, no_demo: bool, **options: Any) -> None:
        """Run until it is stopped."""
        if not settings.EMBEDDED:
            raise CommandError(
                "DATABASE_URL or REDIS_URL is set; run daphne, celery worker and celery beat instead"
            )
        if not (settings.BASE_DIR / "static/dist/manifest.json").exists():
            raise CommandError(
                "the front end has not been built; run `make setup`, or `npm ci && npm run build`"
            )
        try:
            with embedded.alone(settings.DATA):
                embedded.require_free(port)
                self._prepare(port, demo=not no_demo)
                embedded.serve(port, ready=lambda: self._greet(port, demo=not no_demo))
        except embedded.CannotServe as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Stopped. What was running goes on at the next start.")
        self.stdout.flush()
        # Threads of requests and jobs may still be in C code: the interpreter must not be taken down under them.
        os._exit(os.EX_OK)

    def _prepare(self, port: int, *, demo: bool) -> None:
        if not os.environ.get("PUBLIC_URL"):
            settings.PUBLIC_URL = f"http://{embedded.HOST}:{port}"
        call_command("migrate", verbosity=0, interactive=False)
        embedded.take_over()
        if demo:
            from config.demo.load import load_demo

            load_demo(base_url=f"http://{embedded.HOST}:{port}")

    def _greet(self, port: int, *, demo: bool) -> None:
        address = f"http://{embedded.HOST}:{port}/"
        self.stdout.write(f"\nThroughline is at {address}   (data in {settings.DATA}; Ctrl-C stops)\n")
        if demo:
            from config.demo.load import PASSWORD, people

            self.stdout.write(f"Sign in with password “{PASSWORD}” as:")
            for name, email, roles in people():
                self.stdout.write(f"  {email:<28} {name:<16} {roles}")
        self.stdout.flush()
