"""The mail backend of the embedded server: e-mails become rows, shown by a page of the demo."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from config.demo.models import Mail

KEPT = 1_000  # the newest


class Pages(BaseEmailBackend):
    """Writes e-mails down instead of sending them."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep a row a recipient, and the newest thousand; return how many messages there were."""
        rows = [_row(message, to) for message in email_messages for to in message.recipients()]
        Mail.objects.bulk_create(rows)
        old = Mail.objects.order_by("-pk").values_list("pk", flat=True)[KEPT : KEPT + 1].first()
        if old is not None:
            Mail.objects.filter(pk__lte=old).delete()
        return len(email_messages)


def _row(message: EmailMessage, to: str) -> Mail:
    alternatives = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    html = next((str(part[0]) for part in alternatives if part[1] == "text/html"), "")
    return Mail(
        to=to,
        subject=str(message.subject)[:500],
        text=str(message.body),
        html=html,
        headers={name: str(value) for name, value in message.extra_headers.items()},
    )
