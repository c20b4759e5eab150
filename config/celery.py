"""The Celery application: jobs are found as `jobs.py` in each app."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun

from config.sqlite.fair_lock import write_in_background

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("throughline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


@task_prerun.connect
def _let_people_go_first(**_kwargs: Any) -> None:
    """The threads of the embedded worker write behind people's requests."""
    write_in_background()
