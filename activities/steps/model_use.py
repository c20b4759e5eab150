"""What language models took, for a step or a name: apart from results, for a try that failed has cost money too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Sum

from activities.ai import Reply
from activities.models import Activity, ModelUse
from activities.steps import StepCall

Record = Callable[[StepCall, Reply], None]


def keep_use(call: StepCall, reply: Reply) -> None:
    """Keep one use of a model by the step."""
    _keep(call.activity_id, reply, position=call.position, run=call.run, attempt=call.attempt)


def keep_use_of_name(activity: Activity, reply: Reply) -> None:
    """Keep the use of a model that named the activity."""
    _keep(activity.pk, reply)


def _keep(activity_id: UUID, reply: Reply, **where: int) -> None:
    ModelUse.objects.create(
        activity_id=activity_id,
        provider=reply.provider,
        model=reply.model[:200],
        stand_in=reply.stand_in,
        requests=reply.requests,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        cost=reply.cost,
        **where,
    )


def usage_of(activity: Activity, position: int | None = None) -> dict[str, Any] | None:
    """Return what models took for the step, all tries and documents together; None where none was used.

    Without a step: for all of the activity, its name too.

    `{requests, inputTokens, outputTokens, cost, standIn, models: [{provider, model, requests, …, standIn}]}`; a `cost`
    is in US dollars, and null where a price is not known.
    """
    rows = ModelUse.objects.filter(activity=activity)
    if position is not None:
        rows = rows.filter(position=position)
    uses = [
        {
            "provider": row["provider"],
            "model": row["model"],
            "standIn": row["stand_in"],
            "requests": row["asked"],
            "inputTokens": row["tokens_in"],
            "outputTokens": row["tokens_out"],
            "cost": float(row["price"]) if row["priced"] == row["uses"] else None,
        }
        for row in rows.values("provider", "model", "stand_in")
        .annotate(
            asked=Sum("requests"),
            tokens_in=Sum("input_tokens"),
            tokens_out=Sum("output_tokens"),
            price=Sum("cost"),
            priced=Count("cost"),
            uses=Count("id"),
            last=Max("id"),
        )
        .order_by("last")
    ]
    if not uses:
        return None
    costs = [use["cost"] for use in uses if not use["standIn"]]
    return {
        "requests": sum(use["requests"] for use in uses),
        "inputTokens": sum(use["inputTokens"] for use in uses),
        "outputTokens": sum(use["outputTokens"] for use in uses),
        "cost": sum(costs) if costs and None not in costs else None,
        "standIn": any(use["standIn"] for use in uses),
        "models": uses,
    }
