"""The Celery application: jobs are found as `jobs.py` in each app."""

from __future__ import annotations

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun, worker_ready

from config.sqlite.fair_lock import write_in_background

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("throughline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


@task_prerun.connect
def _let_people_go_first(**_kwargs: Any) -> None:
    """The threads of the embedded worker write behind people's requests."""
    write_in_background()


@worker_ready.connect
def _leave_alone_what_stays(**_kwargs: Any) -> None:
    """Spare the garbage collector what was loaded at the start; looking at it takes a third of a short step's time."""
    gc.collect()
    gc.freeze()
