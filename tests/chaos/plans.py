"""Plans that give a kill something to interrupt."""

from __future__ import annotations

from typing import Any

FAN_OUT_MILLISECONDS = 150
SLOW_MILLISECONDS = 1500
NAP_SECONDS = 1.0


def mixed() -> dict[str, Any]:
    """A little of everything: scripts, a fan-out, a nap, one bill for each document and one for all."""
    return document(
        "mixed",
        script("gather", "return { total: inputs.total };"),
        script("each", busy(FAN_OUT_MILLISECONDS), "gather", perDocument=True),
        script("slow", outside(busy(SLOW_MILLISECONDS)), "gather"),
        nap("nap", "gather"),
        bill("bill-each", "each", number="inputs.number & '/' & document.name", perDocument=True),
        bill("bill", "each", "slow", "nap"),
        *chain("after", 8, "bill", "bill-each"),
    )


def billing() -> dict[str, Any]:
    """One bill, with a step before it and one after."""
    return document(
        "billing",
        script("gather", "return { total: inputs.total };"),
        bill("bill", "gather"),
        script("close", "return { bill: steps.bill.bill };", "bill"),
    )


def long_chain() -> dict[str, Any]:
    """Thirty scripts, one after the other, each long enough to be seen at work."""
    return document("long-chain", *chain("link", 30, body=busy(100)))


def naps() -> dict[str, Any]:
    """Nothing but waiting, five times."""
    links = [nap(f"nap-{n}", *([f"nap-{n - 1}"] if n else [])) for n in range(5)]
    return document("naps", *links)


PLANS = (mixed, billing, long_chain, naps)


def document(slug: str, *steps: dict[str, Any]) -> dict[str, Any]:
    """Return a plan that is started with a bill's number and total."""
    return {
        "slug": slug,
        "name": slug.replace("-", " ").capitalize(),
        "inputOptions": [
            {"name": "number", "type": "text", "required": True},
            {"name": "total", "type": "number", "required": True},
        ],
        "steps": list(steps),
    }


def script(slug: str, body: str, *depends_on: str, **config: Any) -> dict[str, Any]:
    """Return a SCRIPT step."""
    return {
        "slug": slug,
        "kind": "SCRIPT",
        "dependsOn": list(depends_on),
        "config": {"scriptBody": body, **config},
    }


def chain(
    name: str, length: int, *depends_on: str, body: str = "return { done: true };"
) -> list[dict[str, Any]]:
    """Return scripts `name-0` to `name-n`, each after the one before."""
    first = script(f"{name}-0", body, *depends_on)
    return [first, *(script(f"{name}-{n}", body, f"{name}-{n - 1}") for n in range(1, length))]


def nap(slug: str, *depends_on: str) -> dict[str, Any]:
    """Return a step that waits without a worker."""
    return {
        "slug": slug,
        "kind": "EXECUTION",
        "dependsOn": list(depends_on),
        "config": {"moduleRef": "builtin/sleep", "moduleOptions": {"seconds": NAP_SECONDS}},
    }


def bill(slug: str, *depends_on: str, number: str = "inputs.number", **config: Any) -> dict[str, Any]:
    """Return a step that posts a bill to the demo ERP, again and again while nobody answers there."""
    return {
        "slug": slug,
        "kind": "BRIDGE_CALL",
        "dependsOn": list(depends_on),
        "executionPolicy": {"maxAttempts": 20, "backoff": "linear", "backoffBaseSeconds": 0.2},
        "config": {
            "serviceBridgeRef": "erp",
            "endpointName": "create-bill",
            "requestBody": {
                "supplier": "'Chaos'",
                "number": number,
                "date": "'2026-11-20'",
                "currency": "'EUR'",
                "total": "inputs.total",
                "lines": [{"total": "inputs.total"}],
            },
            "outputMapping": {"bill": "_body.id"},
            **config,
        },
    }


def busy(milliseconds: int) -> str:
    """Return a script that works for so long."""
    return (
        f"const end = Date.now() + {milliseconds}; while (Date.now() < end) {{}} return {{ worked: true }};"
    )


def outside(body: str) -> str:
    """Return the script with a word in it that makes it one that may touch the world: it is claimed before it runs."""
    return f"// serviceBridge\n{body}"
