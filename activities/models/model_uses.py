"""What language models took: a row each time one was used, whatever became of the step."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from activities.models.runs import Activity


class ModelUse(models.Model):
    """One use of a language model, by a step or for the name of the activity."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="model_uses")
    position = models.PositiveIntegerField(null=True)  # of the step; null: the activity was named
    run = models.PositiveIntegerField(default=1)
    attempt = models.PositiveIntegerField(default=1)
    provider = models.CharField(max_length=80)
    model = models.CharField(max_length=200)
    stand_in = models.BooleanField(default=False)  # no model was asked: the offline stand-in answered
    requests = models.PositiveIntegerField(default=1)
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=8, null=True)  # US dollars; null: not known
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["activity", "position"], name="model_uses_of_a_step")]

    def __str__(self) -> str:
        return f"{self.provider} {self.model} at {'the name' if self.position is None else f'step {self.position}'}"


class AgentTurn(models.Model):
    """An agent run's place in line for its runtime, kept while the step waits; it ends with the run.

    `attempt` is the step's newest claim that has asked: under it the agent works once it is admitted.
    """

    step = models.ForeignKey("activities.Step", models.CASCADE, related_name="+")
    attempt = models.PositiveIntegerField()
    runtime = models.CharField(max_length=80)
    organization = models.ForeignKey("plans.Organization", models.CASCADE, related_name="+")
    at_once = models.PositiveIntegerField(default=1)  # so many may work, by the step's own pinned runtime
    arrived_at = models.DateTimeField(default=timezone.now)
    admitted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "runtime", "id"], name="agent_turns_in_order")]

    def __str__(self) -> str:
        return f"{self.runtime}: {self.step}"
