"""The child that tries plans: Django on a throwaway database, set up once, and one request after the other.

It is told no database, no broker and no key (`settings.TRIAL_ENVIRONMENT`), so that nothing tried can reach them, and
it refuses itself the network and files outside of its own folder.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from activities.sandbox.child import limit_memory
from activities.sandbox.frames import Frame, Pipe

MEMORY_BYTES: Final = 1024 * 1024 * 1024
RETIRE_BYTES: Final = (
    512 * 1024 * 1024
)  # resident after a request: then a fresh one is cheaper than a full one
PREFIX: Final = "throughline-trial-"
_NETWORK: Final = frozenset(
    {"socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}
)
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
WARM_UP: Final = {
    "slug": "warm-up",
    "steps": [
        {"slug": "a", "kind": "SCRIPT", "config": {"scriptBody": "return {};"}},
        {
            "slug": "b",
            "kind": "SCRIPT",
            "dependsOn": ["a"],
            "conditionExpr": "$sum([1, 2]) = 3",
            "config": {"scriptBody": "return {};"},
        },
    ],
}

logger = logging.getLogger("throughline.trial")


def run(frame: Frame, pipe: Pipe) -> None:
    """Do what the frame asks, `try` or `cases`, and answer in frames of JSON; the last one says `done`."""
    request = json.loads(frame.payload)
    limit_memory(MEMORY_BYTES)
    try:
        for answer in _DOINGS[frame.header["do"]](request):
            pipe.write({"done": False}, json.dumps(answer, default=str).encode())
        pipe.write({"done": True, "retire": _is_full()})
    except MemoryError:
        pipe.write({"done": True, "retire": True, "error": "memory"})
    except Exception as error:
        logger.exception("a trial broke")
        pipe.write({"done": True, "retire": True, "error": f"{type(error).__name__}: {error}"[:500]})
    finally:
        _forget()


def _try(request: Mapping[str, Any]) -> Iterator[Any]:
    from activities.trial.walk import walk

    yield walk(request, folder=_EMPTY)


def _cases(request: Mapping[str, Any]) -> Iterator[Any]:
    from activities.trial.cases import run_cases

    document, catalog = request["document"], request["catalog"]
    for ran in run_cases(document, catalog=catalog, folder=_EMPTY, first=request["first"]):
        yield ran.shown()
        _forget()


_DOINGS: Final[dict[str, Callable[[Mapping[str, Any]], Iterator[Any]]]] = {"try": _try, "cases": _cases}


def _forget() -> None:
    """Empty all tables and the folder of files: the next request sees nothing of this one.

    The numbers of rows go on, so what is kept in memory by a row's number can't be taken for another's.
    """
    from django.apps import apps
    from django.db import connection, transaction

    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.managed and not model._meta.proxy:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")
    for path in _FILES.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_full() -> bool:
    resident = int(Path("/proc/self/statm").read_text().split()[1])
    return resident * os.sysconf("SC_PAGESIZE") > RETIRE_BYTES


def _set_up(kept: ExitStack) -> tuple[Path, Path]:
    """Set Django up on a database in memory; return the folders of files and of nothing."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    _sweep(folder.parent)
    os.environ |= {"DATA": str(folder / "data"), "SECRET_KEY": "tries only"}
    import django

    django.setup()
    from activities import sandbox
    from activities.trial.database import throwaway

    sandbox.configure(workers={"javascript": 2, "jsonata": 2, "modules": 2})
    tempfile.tempdir = str(folder)
    files = Path(kept.enter_context(throwaway()))
    empty = folder / "empty"
    empty.mkdir()
    sys.addaudithook(_guard(folder))
    return files, empty


def _sweep(folder: Path) -> None:
    """Remove what children left behind that were killed."""
    for left in folder.glob(f"{PREFIX}*-*"):
        owner = left.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdecimal() and not Path("/proc", owner).exists():
            shutil.rmtree(left, ignore_errors=True)


def _guard(folder: Path) -> Callable[[str, tuple[Any, ...]], None]:
    """Refuse this process the network, and writing outside of the folder."""
    inside = (str(folder), os.devnull)

    def judge(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _NETWORK:
            raise PermissionError("a plan that is tried reaches no network")
        if event == "open" and _writes(arguments[2]) and not isinstance(arguments[0], int):
            path = os.fsdecode(arguments[0])
            if not path.startswith(inside):
                raise PermissionError(f"a plan that is tried writes no file: {path}")

    return judge


def _writes(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & _WRITES)


_LIFE: Final = ExitStack()  # of the process
_FILES, _EMPTY = _set_up(_LIFE)
for _ in _try({"document": WARM_UP, "catalog": {}}):
    _forget()
