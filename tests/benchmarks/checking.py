"""Part of `make bench`: how long it takes to read and check a plan of 2,000 steps; asserts nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from plans.language.findings import Catalog, TaskTemplateDef, check_document  # noqa: E402  found only from here on

STEPS: Final = 2_000
ROUNDS: Final = 9
CATALOG: Final = Catalog(
    task_templates={"review": TaskTemplateDef(("approve",))},
    service_bridges={"erp": {"endpoints": [{"name": "post", "path": "/bills/{id}"}]}},
)
CONDITIONS: Final = {
    "one condition": "inputs.n > 4",
    "distinct conditions": "steps.`step-{before}`.action = 'go' and inputs.n != {number}",
    "distinct hard ones": "$count(steps.`step-{before}`.items[price > {number}]) > 3 and inputs.n != {number}",
}


def main() -> None:
    """Print a line for each kind of conditions: the first time in a process, and the best of some more."""
    if len(sys.argv) > 1:
        print(" ".join(f"{milliseconds:.0f}" for milliseconds in measured(sys.argv[1])))
        return
    print(f"read and check {STEPS:,} steps, processor time")
    for name in CONDITIONS:
        done = subprocess.run([sys.executable, __file__, name], capture_output=True, text=True, check=True)
        first, best = done.stdout.split()
        print(f"  {name:<42}{first:>6} ms the first time{best:>6} ms again")


def measured(name: str) -> tuple[float, float]:
    """Return milliseconds of the first time, and of the best of the others."""
    document = {"slug": "large", "steps": [_step(number, CONDITIONS[name]) for number in range(STEPS)]}
    check_document({"slug": "small", "steps": document["steps"][:10]}, CATALOG)  # what is made once is made
    first, *others = (_milliseconds(document) for _ in range(ROUNDS))
    return first, min(others)


def _milliseconds(document: dict[str, Any]) -> float:
    began = time.process_time()
    check_document(document, CATALOG)
    return (time.process_time() - began) * 1000


def _step(number: int, condition: str) -> dict[str, Any]:
    """Make a step of one of five kinds, which waits for the one before it."""
    kind, config = (
        ("EXECUTION", {"moduleRef": "acme/work", "moduleOptions": {"mode": "x"}}),
        ("SCRIPT", {"scriptBody": "return {action: 'go'};", "scriptActions": [{"slug": "go"}]}),
        ("CREATE_TASK", {"taskTemplateRef": "review", "title": "Check {{ inputs.number }}"}),
        (
            "BRIDGE_CALL",
            {
                "serviceBridgeRef": "erp",
                "endpointName": "post",
                "requestPath": {"id": "inputs.id"},
                "requestBody": {"total": "inputs.total", "text": "Bill {{ inputs.number }}"},
            },
        ),
        ("LLM", {"promptBody": "Read {{ inputs.text }}"}),
    )[number % 5]
    step: dict[str, Any] = {"slug": f"step-{number}", "kind": kind, "config": config}
    if number:
        step["dependsOn"] = [f"step-{number - 1}?"]
        step["conditionExpr"] = condition.format(before=number - 1, number=number)
    return step


if __name__ == "__main__":
    main()
