"""Run seeds by hand: `DATA=/tmp/… python -m tests.oracle.by_hand FROM TO [--keep N]`; prints what differs."""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections import Counter
from random import Random
from typing import Any


def main() -> None:
    """Run the seeds and print what differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--keep", type=int, default=5, help="how many differing plans to print")
    parser.add_argument("--wide", action="store_true", help="plans with more of the language in them")
    parser.add_argument("--seconds", type=float, default=1e9)
    wanted = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from activities.trial.database import throwaway

    with throwaway():
        sweep(wanted)


def sweep(wanted: Any) -> None:
    """Run seed by seed."""
    from tests.oracle.judge import compare, judged, told
    from tests.oracle.shrink import shrink

    def still_differs(case: dict[str, Any]) -> bool:
        try:
            _expected, actual, found = judged(case)
        except Exception:  # noqa: BLE001  too small to mean anything
            return False
        return bool(found) and actual["status"] is not None

    seen: Counter[str] = Counter()
    bad: list[int] = []
    began = time.monotonic()
    for seed in range(wanted.first, wanted.last):
        if time.monotonic() - began > wanted.seconds:
            break
        try:
            case, expected, actual, found = compare(Random(seed), wide=wanted.wide)
        except Exception:  # noqa: BLE001  the next seed must run
            seen["broken"] += 1
            bad.append(seed)
            if len(bad) <= wanted.keep:
                sys.stdout.write(f"==== seed {seed}\n{traceback.format_exc()}\n")
            continue
        seen["refused" if actual["status"] is None else str(expected["status"])] += 1
        if found:
            bad.append(seed)
            if len(bad) <= wanted.keep:
                case = shrink(case, still_differs)
                expected, actual, found = judged(case)
            shown = told(case, expected, actual, found) if len(bad) <= wanted.keep else "\n".join(found[:3])
            sys.stdout.write(f"==== seed {seed}\n{shown[:6000]}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{dict(seen)} {len(bad)} differ: {bad[:60]} in {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()
