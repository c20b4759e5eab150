"""Measure from inside, as a program: `embedded` in a process that is the whole server, `scaled` beside other processes.

Prints JSON. The environment says where the data are; the database is there and empty.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import django


def main(how: str, port: int) -> None:
    """Measure everything and print it."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    if how == "scaled":
        sys.stdout.write(json.dumps(measure(port)))
        return
    from config import embedded
    from tests.benchmarks import bare

    controller = embedded._worker(bare.app)
    threading.Thread(target=controller.start, name="bare-worker", daemon=True).start()
    embedded.serve(port, ready=lambda: _in_thread(lambda: _and_end(port)))


def _and_end(port: int) -> None:
    text = json.dumps(measure(port))
    sys.stdout.write(text)
    sys.stdout.flush()
    os._exit(0)


def _in_thread(work: Callable[[], None]) -> None:
    def run() -> None:
        try:
            work()
        except BaseException:  # noqa: BLE001  a measurement that broke must not hang
            sys.excepthook(*sys.exc_info())
            os._exit(1)

    threading.Thread(target=run, name="bench").start()


def measure(port: int) -> dict[str, Any]:
    """Return every number of this environment."""
    from tests import builders
    from tests.benchmarks import bare, documents, measuring, plans
    from tests.chaos.seed import session_of

    ann = builders.ann()
    rates = {
        "noop": measuring.throughput("noop", plans.noop),
        "script": measuring.throughput("script", plans.script),
    }
    rates["bare"] = {
        shape: measuring.median_rate(shape, getattr(bare, f"run_{shape}")) for shape in measuring.STEPS
    }
    return {
        "rates": rates,
        "transition": {steps: measuring.transition_milliseconds(steps) for steps in (10, 2000)},
        "documents": documents.measured(),
        "latency": measuring.latency_milliseconds(f"http://127.0.0.1:{port}", session_of(ann)),
    }


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    main(sys.argv[1], int(sys.argv[2]))
