"""The main loop of a child process: take a frame, run it, answer; ends when the parent does."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Final

from activities.sandbox.frames import Frame, Pipe, PipeClosed

Runner = Callable[[Frame, Pipe], None]

_PR_SET_PDEATHSIG: Final = 1
_RUNNERS: Final = {
    "javascript": "activities.sandbox.child_scripts",
    "hooks": "activities.sandbox.child_scripts",
    "jsonata": "activities.sandbox.child_expressions",
    "modules": "activities.sandbox.child_modules",
    "trials": "activities.trial.child",
}


def main() -> None:
    """Serve frames on the standard streams; arguments are the kind and the id of the parent process."""
    kind, parent = sys.argv[1], int(sys.argv[2])
    _die_with(parent)
    pipe = _take_over_streams()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    run: Runner = import_module(_RUNNERS[kind]).run
    pipe.write({"ready": os.getpid()})
    while True:
        try:
            frame = pipe.read()
        except PipeClosed:
            return
        run(frame, pipe)


def limit_memory(size: int) -> None:
    """Let the address space grow by `size` bytes from here; past that, allocations fail."""
    with open("/proc/self/statm") as statm:
        pages = int(statm.read().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + size, resource.RLIM_INFINITY))


def _die_with(parent: int) -> None:
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError):
        # Not Linux: the end of the pipe ends the child, if only after its run.
        return
    if os.getppid() != parent:
        os._exit(0)


def _take_over_streams() -> Pipe:
    """Keep the pipes for frames; what a module prints goes to the error output."""
    pipe = Pipe(reads=os.dup(0), writes=os.dup(1))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return pipe
