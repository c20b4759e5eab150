"""What bridges remember for a while, sealed and per organization: answers that may be given again, and tokens."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from activities.models import BridgeMemory
from activities.steps.bridge_definition import Bridge, Endpoint
from activities.steps.bridge_wire import Reply, Values
from plans.digests import digest_of
from plans.secrets import SecretKeyProblem, open_text, seal_text

MAX_BYTES: Final = 1024 * 1024
SWEPT_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Where one answer, or one token, is remembered."""

    organization_id: int
    kind: str
    digest: str
    seconds: float = 0

    def recall(self) -> Any:
        """Return what is remembered and still good, else None."""
        row = BridgeMemory.objects.filter(
            organization_id=self.organization_id,
            kind=self.kind,
            digest=self.digest,
            expires_at__gt=timezone.now(),
        ).first()
        if row is None:
            return None
        try:
            return json.loads(open_text(row.sealed))
        except SecretKeyProblem:
            return None  # sealed with a key that is gone: as good as forgotten

    def remember(self, value: Any, *, seconds: float) -> None:
        """Keep a value for so long; what is too large is not kept."""
        text = json.dumps(value, ensure_ascii=False)
        if seconds <= 0 or len(text) > MAX_BYTES:
            return
        BridgeMemory.objects.update_or_create(
            organization_id=self.organization_id,
            kind=self.kind,
            digest=self.digest,
            defaults={
                "sealed": seal_text(text),
                "expires_at": timezone.now() + timedelta(seconds=seconds),
            },
        )

    def forget(self) -> None:
        """Keep it no longer."""
        BridgeMemory.objects.filter(
            organization_id=self.organization_id, kind=self.kind, digest=self.digest
        ).delete()


def place_of_reply(
    bridge: Bridge, endpoint: Endpoint, values: Values, *, organization_id: int
) -> Place | None:
    """Return where the answer to this very request is remembered; None where the endpoint does not want it.

    The request is told by its values before secrets are put in, so none can be guessed from the digest.
    """
    if endpoint.keeps_for is None:
        return None
    request = {"bridge": bridge.digest, "endpoint": endpoint.name, "values": values.as_json()}
    texts = {"texts": dict(values.header_texts)} if values.header_texts else {}
    digest = digest_of(request | texts)
    return Place(organization_id, BridgeMemory.Kind.REPLY, digest, endpoint.keeps_for)


def place_of_token(bridge: Bridge, *, organization_id: int) -> Place:
    """Return where the bridge's token is remembered; another definition has another one."""
    return Place(organization_id, BridgeMemory.Kind.TOKEN, bridge.digest)


def recall_reply(place: Place | None) -> Reply | None:
    """Return the answer that is remembered, marked as kept."""
    found = place.recall() if place else None
    return replace(Reply(found["status"], found["body"]), kept=True) if found else None


def keep_reply(place: Place | None, reply: Reply) -> None:
    """Remember an answer that somebody judged to be good; one that was remembered already stays as old as it is."""
    if place is not None and not reply.kept:
        place.remember({"status": reply.status, "body": reply.body}, seconds=place.seconds)


def sweep() -> None:
    """Delete what has expired."""
    old = BridgeMemory.objects.filter(expires_at__lte=timezone.now()).values_list("pk", flat=True)
    BridgeMemory.objects.filter(pk__in=list(old[:SWEPT_AT_ONCE])).delete()
