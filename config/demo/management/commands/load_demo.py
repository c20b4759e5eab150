"""`manage.py load_demo`: make the demo organization, where that is wanted."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo.load import PASSWORD, load_demo, people


class Command(BaseCommand):
    """Load the demo; doing it again changes nothing."""

    help = "Make the demo organization with its people, plans, invoices and a small ERP. Never run it in production."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address at which this server answers."""
        parser.add_argument(
            "--base-url",
            default="http://127.0.0.1:8000",
            help="where this server answers: bridges of the demo may reach this host and port, and no other",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and tell who can sign in."""
        base_url = options["base_url"]
        if not base_url.startswith(("http://", "https://")):
            raise CommandError(f"--base-url {base_url} is no http address; give it as http://host:port")
        load_demo(base_url=base_url)
        self.stdout.write(f"The demo is loaded. Sign in at {base_url} with password {PASSWORD}:")
        for name, email, roles in people():
            self.stdout.write(f"  {email:<28} {name:<16} {roles}")
