"""Signs of life: one thread a process renews the leases of what its workers hold, and kills what was taken away."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from activities.engine.state import Phase
from activities.models import Step, StepDocument
from activities.steps import Killable

logger = logging.getLogger("throughline.heart")
WORKER = f"{socket.gethostname()[:40]}:{os.getpid()}"


class Hold:
    """A claim that a worker of this process works under."""

    def __init__(self, table: Literal["step", "document"], row: int, attempt: int) -> None:
        self.table = table
        self.row = row
        self.attempt = attempt
        self.lost = False
        self._work: Killable | None = None

    def started(self, work: Killable) -> None:
        """Remember what to kill; kill it at once if the claim is lost already."""
        self._work = work
        if self.lost:
            work.kill()

    def lose(self) -> None:
        """The claim is somebody else's now, or was cancelled."""
        self.lost = True
        if self._work is not None:
            self._work.kill()


class Heart:
    """Beats while something is held."""

    def __init__(self) -> None:
        self.beats = True
        self._holds: set[Hold] = set()
        self._guard = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def holding(self, table: Literal["step", "document"], row: int, attempt: int) -> Iterator[Hold]:
        """Keep a claim alive for the length of the block."""
        hold = Hold(table, row, attempt)
        with self._guard:
            self._holds.add(hold)
            if self.beats and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)
                self._thread.start()
        try:
            yield hold
        finally:
            with self._guard:
                self._holds.discard(hold)

    def _beat(self) -> None:
        while not self._wake.wait(min(1.0, settings.LEASE_SECONDS / 3)):
            with self._guard:
                holds = list(self._holds)
            if not holds:
                continue
            try:
                for hold in holds:
                    renew(hold)
            except Exception:
                logger.exception("leases could not be renewed; the next beat tries again")
            finally:
                close_old_connections()


def renew(hold: Hold) -> None:
    """Move the end of the lease, or find that the claim is lost."""
    until = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
    if hold.table == "step":
        steps = Step.objects.filter(pk=hold.row, attempt=hold.attempt, phase=Phase.RUNNING)
        renewed = steps.update(lease_until=until)
    else:
        documents = StepDocument.objects.filter(pk=hold.row, attempt=hold.attempt, status="RUNNING")
        renewed = documents.update(lease_until=until)
    if not renewed:
        hold.lose()


heart = Heart()
