"""The processes that plans are tried in: bounded, alone with what they try, gone with whoever started them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from activities.errors import TrialsBusy, TrialTooLong
from activities.sandbox.pool import pool
from activities.trial.warm import Line, ask
from tests.activities.sandbox.test_lives import ends
from tests.builders import document, script
from tests.support.programs import ROOT
from tests.support.waiting import wait_until

HANGS = document(script("hang", body="while (true) {}"))
# What a child says of itself after it has tried something; run in a process of its own, for it can't be undone.
INSIDE = """
import json, os, socket, tempfile
from activities.trial import child
from activities.sandbox.frames import Frame

class Pipe:
    def __init__(self): self.sent = []
    def write(self, header, payload=b"", **_): self.sent.append((header, payload))

def refused(doing):
    try: doing()
    except PermissionError as error: return str(error)
    return ""

pipe = Pipe()
step = {"slug": "a", "kind": "SCRIPT", "config": {"scriptBody": "return {};"}}
request = {"document": {"slug": "a", "steps": [step]}, "catalog": {}, "documents": ["secret.pdf"]}
child.run(Frame({"do": "try"}, json.dumps(request).encode()), pipe)
from django.apps import apps
from django.conf import settings
from django.db import connection
def doomed(request):
    raise MemoryError
    yield
child._DOINGS["doom"] = doomed
child.run(Frame({"do": "doom"}, b"{}"), pipe)
print(json.dumps({
    "status": json.loads(pipe.sent[0][1])["status"],
    "ends": [header for header, _ in pipe.sent[1:]],
    "rows": sum(model._base_manager.count() for model in apps.get_models()),
    "files": [path.name for path in child._FILES.iterdir()],
    "database": connection.settings_dict["NAME"],
    "key": settings.SECRET_KEY,
    "knows": sorted(name for name in os.environ if "URL" in name or "KEY" in name),
    "network": refused(lambda: socket.create_connection(("127.0.0.1", 1))),
    "names": refused(lambda: socket.getaddrinfo("example.org", 80)),
    "writes": refused(lambda: open("/tmp/left-behind", "w")),
    "own folder": refused(lambda: open(os.path.join(tempfile.gettempdir(), "x"), "w").close()),
}))
"""
PARENT = """
import os, sys
import django; django.setup()
from activities.trial.warm import ask
from activities.sandbox.pool import pool
(found,) = ask("try", {"document": {"slug": "a", "steps": []}, "catalog": {}})
with pool("trials").lease() as worker:
    print(worker.pid, flush=True)
sys.stdin.read()
"""


def children_of(process: int) -> list[int]:
    """The processes that a process has started, by id."""
    threads = Path(f"/proc/{process}/task").glob("*/children")
    return [int(word) for thread in threads for word in thread.read_text().split()]


def environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATA": str(folder / "data"),
        "TMPDIR": str(folder),
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a child says of itself."""
    folder = tmp_path_factory.mktemp("inside")
    known = environment(folder) | {"DATABASE_URL": "", "SECRET_KEY": "the server's"}
    done = subprocess.run(
        [sys.executable, "-c", INSIDE], capture_output=True, text=True, env=known, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_child_forgets_what_it_tried(inside: dict[str, Any]) -> None:
    assert inside["status"] == "COMPLETED"
    assert (inside["rows"], inside["files"]) == (0, [])


def test_a_child_keeps_to_itself(inside: dict[str, Any]) -> None:
    assert inside["database"] == ":memory:"
    assert inside["key"] == "tries only"
    assert inside["network"] and inside["names"] and inside["writes"]
    assert inside["own folder"] == ""


def test_a_child_that_runs_out_of_memory_says_so_and_retires(inside: dict[str, Any]) -> None:
    assert inside["ends"] == [
        {"done": True, "retire": False},
        {"done": True, "retire": True, "error": "memory"},
    ]


def test_a_child_is_told_no_database_and_no_key() -> None:
    with pool("trials").lease() as worker:
        told = Path(f"/proc/{worker.pid}/environ").read_bytes().split(b"\0")

    names = {entry.partition(b"=")[0].decode() for entry in told if entry}
    assert names & {"DATABASE_URL", "REDIS_URL", "BROKER_URL", "SECRET_KEY", "MODEL_API_KEY", "DATA"} == set()
    assert settings.TRIAL_ENVIRONMENT.keys() <= names


def test_what_takes_too_long_is_stopped_and_the_next_finds_another_process() -> None:
    with pool("trials").lease() as worker:
        pid = worker.pid

    with pytest.raises(TrialTooLong):
        list(ask("try", {"document": HANGS, "catalog": {}}, seconds=0.5))

    (found,) = ask("try", {"document": document(), "catalog": {}})
    with pool("trials").lease() as worker:
        assert worker.pid != pid
    assert ends(pid)
    assert found["status"] == "COMPLETED"


def test_two_at_once_see_nothing_of_each_other() -> None:
    found: dict[int, Any] = {}

    def tried(number: int) -> None:
        plan = document(script("a", body="return {n: inputs.n};"))
        found[number] = next(iter(ask("try", {"document": plan, "catalog": {}, "inputs": {"n": number}})))

    threads = [threading.Thread(target=tried, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {number: each["steps"]["a"]["result"]["n"] for number, each in found.items()} == {
        n: n for n in range(4)
    }


@pytest.mark.parametrize("end", ["terminate", "kill"])
def test_a_child_ends_with_its_parent(end: str, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
        cwd=ROOT,
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        sandboxes = children_of(child)
        getattr(parent, end)()

    assert sandboxes, "it has processes of its own, for scripts and expressions"
    assert all(ends(process) for process in (child, *sandboxes))


def test_places_are_given_in_the_order_in_which_they_were_asked_for() -> None:
    line, order = Line(1, in_line=5), list[int]()
    threads = [threading.Thread(target=_take, args=(line, number, order)) for number in range(3)]

    with line.place(seconds=60):
        for number, thread in enumerate(threads):
            thread.start()
            wait_until(lambda known=number: len(line._waiting) > known, what="a place in line")
    for thread in threads:
        thread.join()

    assert order == [0, 1, 2]


def _take(line: Line, number: int, order: list[int]) -> None:
    with line.place(seconds=60):
        order.append(number)


def test_who_waits_in_vain_is_told_to_come_again() -> None:
    line = Line(1, in_line=5)

    with line.place(seconds=60), pytest.raises(TrialsBusy) as refused, line.place(seconds=0):
        pass

    assert refused.value.status == 503
    with line.place(seconds=0):
        pass  # the place was given back, and nobody stands in line


def test_a_line_that_is_full_turns_others_away() -> None:
    line = Line(1, in_line=0)

    with line.place(seconds=60), pytest.raises(TrialsBusy), line.place(seconds=60):
        pass
