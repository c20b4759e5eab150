"""`make bench`: steps a second beside bare Celery, one transition, the way to a websocket; asserts nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.support import services  # noqa: E402  found only from here on
from tests.support.programs import SIGN_IN, Program, manage, settings_free  # noqa: E402

SHAPES = {"chain": "chain of 40", "fan": "1 -> 40 -> join", "many": "200 x 5 chains"}
QUIET = {"LOG_LEVEL": "ERROR"}


def main() -> None:
    """Measure both ways of running, and print a table of each."""
    began = time.monotonic()
    print("steps a second, median of some rounds; ratio: ours / bare Celery on the same broker\n")
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
        report("embedded: SQLite, one process", embedded(Path(folder)))
        try:
            report("PostgreSQL + Redis, 2 workers of 4 threads", scaled(Path(folder)))
        except services.Unavailable as error:
            print(f"Not measured on PostgreSQL and Redis: {error}.")
    print(f"{time.monotonic() - began:.0f} s in all")


def embedded(folder: Path) -> dict[str, Any]:
    """Measure in a process that is the whole server."""
    return inside("embedded", services.free_port(), {"DATA": str(folder / "embedded"), **QUIET})


def scaled(folder: Path) -> dict[str, Any]:
    """Measure beside a server and two workers; bare Celery has two of its own, which wait meanwhile."""
    port = services.free_port()
    with ExitStack() as running:
        database = running.enter_context(services.postgres_database())
        redis = running.enter_context(services.own_redis())
        environment = {
            "DATA": str(folder / "scaled"),
            "DATABASE_URL": database,
            "REDIS_URL": f"{redis.url}/0",
            "BENCH_BROKER": f"{redis.url}/1",
            **QUIET,
        }
        manage("migrate", "--verbosity", "0", environment=environment)
        programs = {
            "daphne": ("daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0", "config.asgi:application"),
            **{f"ours-{n}": worker("config.celery", f"ours-{n}") for n in (1, 2)},
            **{f"bare-{n}": worker("tests.benchmarks.bare", f"bare-{n}") for n in (1, 2)},
        }
        started = {
            name: running.enter_context(
                Program(["-m", *arguments], log=folder / f"{name}.log", environment=environment)
            )
            for name, arguments in programs.items()
        }
        started["daphne"].wait_for_page(f"http://127.0.0.1:{port}{SIGN_IN}")
        for name in ("ours-1", "ours-2", "bare-1", "bare-2"):
            started[name].wait_for(" ready.")
        environment["BENCH_WORKERS"] = " ".join(str(started[name].pid) for name in ("ours-1", "ours-2"))
        return inside("scaled", port, environment)


def worker(app: str, name: str) -> tuple[str, ...]:
    """Return the arguments of a Celery worker."""
    return ("celery", "-A", app, "worker", "--concurrency", "4", "-n", f"{name}@%h", "--loglevel", "INFO")


def inside(how: str, port: int, environment: Mapping[str, str]) -> dict[str, Any]:
    """Run the measuring program and return what it found; raise SystemExit with its errors."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.inside", how, str(port)],
        cwd=ROOT,
        env={**settings_free(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{how} was not measured:\n{done.stdout}{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def report(title: str, found: Mapping[str, Any]) -> None:
    """Print the numbers of one environment."""
    rates, transition, latency = found["rates"], found["transition"], found["latency"]
    print(f"{title:<44}{'no-op':>8}{'ratio':>7}{'script':>9}{'ratio':>7}{'bare':>8}")
    for shape, words in SHAPES.items():
        bare = rates["bare"][shape]
        ours = [(rates[kind][shape], rates[kind][shape] / bare) for kind in ("noop", "script")]
        told = "".join(f"{rate:>{8 + n}.0f}{ratio:>7.2f}" for n, (rate, ratio) in enumerate(ours))
        print(f"  {words:<42}{told}{bare:>8.0f}")
    print(
        f"  one transition: {transition['10']:.1f} ms of 10 steps, {transition['2000']:.1f} ms of 2,000;"
        f" commit to 50 websockets: {latency['median']:.0f} ms, p95 {latency['p95']:.0f} ms"
    )
    bare = rates["bare"]["many"]
    for count, of in found["documents"].items():
        print(
            f"  {int(count):>6,} documents, 3 steps each: {of['rate']:.0f} documents x steps a second"
            f" ({of['rate'] / bare:.2f} of bare chains), {of['milliseconds']:.1f} ms a document,"
            f" a worker grew by {of['megabytes']:.0f} MB at most"
        )
    print()


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
