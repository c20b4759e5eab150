"""The embedded server: daphne, a Celery worker and beat in one process, on SQLite. For one machine and few people."""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from celery import Celery
from celery.beat import Service
from celery.worker import WorkController
from celery.worker import state as celery_state
from django.conf import settings
from django.utils import timezone

from activities import live, sandbox, worker
from activities.models import Outbox, Step, StepDocument
from config.celery import app as celery_app

HOST = "127.0.0.1"
STOP_SECONDS = 20.0


class CannotServe(Exception):
    """The server can't start here; the message says why and what to do."""


@contextmanager
def alone(data: Path) -> Iterator[IO[str]]:
    """Hold the data folder for this process; raise CannotServe if another server has it."""
    with (data / "server.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotServe(
                f"another server uses {data}; stop it, or take another folder with DATA=…"
            ) from None
        yield lock


def require_free(port: int) -> None:
    """Raise CannotServe if something listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            message = f"port {port} of {HOST} is taken; choose another with PORT=… ({error.strerror})"
            raise CannotServe(message) from error


def take_over() -> None:
    """Free what the last process held or had announced: it is dead, for this one is alone on the data."""
    now = timezone.now()
    announced = now - timedelta(seconds=settings.ANNOUNCE_AGAIN_SECONDS)
    for rows in (Step.objects.all(), StepDocument.objects.all()):
        rows.filter(lease_until__isnull=False).update(lease_until=now)
        rows.filter(queued_at__gt=announced, queued_at__lte=now).update(queued_at=announced)
    Outbox.objects.filter(delivered_at=None, tries__gt=0, due_at__gt=now).update(due_at=now)


def serve(port: int, *, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; then end workers between steps."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    from daphne.server import Server  # installs twisted's reactor on the loop above

    controller = _worker(celery_app)
    beat = Service(celery_app, scheduler_cls="celery.beat:Scheduler", max_interval=1)
    threads = [
        threading.Thread(target=controller.start, name="celery-worker", daemon=True),
        threading.Thread(target=beat.start, name="celery-beat", daemon=True),
    ]

    def started() -> None:
        live.serve_from(asyncio.get_event_loop())
        for thread in threads:
            thread.start()
        celery_app.send_task("activities.jobs.sweep")  # what the last process left does not wait for beat
        ready()

    from config.asgi import application

    server = Server(
        application,
        endpoints=[f"tcp:port={port}:interface={HOST}"],
        ready_callable=started,
        application_close_timeout=2,
        websocket_handshake_timeout=20,
        verbosity=0,
    )
    server.run()
    _stop(beat, threads)


def _worker(app: Celery) -> WorkController:
    app.finalize()
    app.loader.import_default_modules()
    return WorkController(
        app=app,
        hostname=f"embedded@{os.getpid()}",
        pool="threads",
        concurrency=settings.WORKER_THREADS,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        loglevel="WARNING",
    )


def _stop(beat: Any, threads: list[threading.Thread]) -> None:
    worker.stopping.set()
    beat.stop()
    celery_state.should_stop = os.EX_OK
    for thread in threads:
        thread.join(STOP_SECONDS)
    sandbox.kill_all()
