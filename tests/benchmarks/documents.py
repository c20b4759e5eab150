"""A fan-out: three steps in a row for each of many documents; what one document costs, and what the workers keep."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from activities import services
from activities.documents import default_store
from activities.models import DocumentFamily
from plans.models import Plan, Project
from tests import builders
from tests.benchmarks import measuring

COUNTS = (100, 1_000, 10_000)
STEPS = 3
PATIENCE_SECONDS = 900.0
CONTENT = b"number,total\n1,20\n2,30\n"


def measured() -> dict[str, dict[str, float]]:
    """Return by number of documents: steps a second, ms a document, MB that the hungriest worker grew by."""
    project = builders.project()
    plan = builders.plan(project, *steps(), slug="fan-out")
    families = made(project, max(COUNTS))
    seconds_of(project, plan, families[:10])  # everything is warm from here on
    return {str(count): one(project, plan, families[:count]) for count in COUNTS}


def one(project: Project, plan: Plan, families: Sequence[DocumentFamily]) -> dict[str, float]:
    """Return the numbers of one fan-out."""
    with peak_growth(workers()) as grown:
        seconds = seconds_of(project, plan, families)
    count = len(families)
    return {"rate": count * STEPS / seconds, "milliseconds": seconds / count * 1000, "megabytes": max(grown)}


def steps() -> list[dict[str, Any]]:
    """Return a no-op, a script and a module that reads the document, each for every document."""
    many = {"perDocument": True, "maxParallel": 50}
    script = {"scriptBody": "return {name: families[0].name};", "perDocument": True}
    return [
        step("first", "EXECUTION", {"moduleRef": "builtin/noop", **many}),
        step("second", "SCRIPT", script, "first"),
        step("third", "EXECUTION", {"moduleRef": "builtin/csv-rows", **many}, "second"),
    ]


def step(slug: str, kind: str, config: dict[str, Any], *depends_on: str) -> dict[str, Any]:
    """Return a step."""
    return {"slug": slug, "kind": kind, "config": config, "dependsOn": list(depends_on)}


def made(project: Project, count: int) -> list[DocumentFamily]:
    """Put so many documents into the project, all of one small file."""
    store, file = default_store(project), default_storage.save("documents/rows.csv", ContentFile(CONTENT))
    known = {"organization": project.organization, "project": project, "store": store, "mime": "text/csv"}
    families = [
        DocumentFamily(name=f"{number:05}.csv", size=len(CONTENT), digest="rows", file=file, **known)
        for number in range(count)
    ]
    return DocumentFamily.objects.bulk_create(families, batch_size=1000)


def seconds_of(project: Project, plan: Plan, families: Sequence[DocumentFamily]) -> float:
    """Return the seconds from the start of an activity on the documents to its end."""
    began = time.perf_counter()
    activity = services.start(plan, project=project, by=None, inputs={}, documents=families)
    measuring.wait_for_end([activity.pk], seconds=PATIENCE_SECONDS)
    return time.perf_counter() - began


@contextmanager
def peak_growth(processes: Sequence[int]) -> Iterator[list[float]]:
    """Fill in by how many MB each process was larger at its largest than it was at the beginning."""
    grown: list[float] = []
    before = [resident(process, "VmRSS") for process in processes]
    for process in processes:
        Path(f"/proc/{process}/clear_refs").write_text("5")  # VmHWM counts from here on
    yield grown
    grown += [resident(process, "VmHWM") - was for process, was in zip(processes, before, strict=True)]


def resident(process: int, what: str) -> float:
    """Return a size of the process in MB, by its name in /proc."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def workers() -> list[int]:
    """Return the ids of the processes that work: those that BENCH_WORKERS names, or this one."""
    named = os.environ.get("BENCH_WORKERS", "")
    return [int(process) for process in named.split()] or [os.getpid()]
