"""Activities and all that belongs to a run. Written by `activities.runtime` only."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from activities.engine.state import Phase
from activities.fields import ValueField
from activities.models.documents import DocumentFamily
from plans.fields import OrderedJSONField
from plans.models import Organization, Person, PinnedDefinitions, Plan, PlanVersion, Project


class ActivityQuerySet(models.QuerySet["Activity"]):
    """Activities, as a person may see them."""

    def visible_to(self, person: Person) -> ActivityQuerySet:
        """Keep activities of projects that the person is a member of."""
        return self.filter(project__memberships__person=person)

    def listed(self) -> ActivityQuerySet:
        """Leave out the runs of flows that stand inside a step: a map has thousands."""
        return self.filter(nested=False)


class Activity(models.Model):
    """One run of a plan. The locked row is the truth: `state` holds every step's state, `seq` the last event."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, models.CASCADE, related_name="activities")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="activities")
    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="activities")
    pinned = models.ForeignKey(PinnedDefinitions, models.PROTECT, related_name="+")
    replanned_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="replans")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    depth = models.PositiveSmallIntegerField(default=0)  # parents above it
    nested = models.BooleanField(default=False)  # the run of a flow inside a step: in no list
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    status = models.CharField(max_length=12, default="PENDING")
    outcome = models.CharField(max_length=12, blank=True)  # success, skipped, failed
    inputs = OrderedJSONField(default=dict, null=True)  # an object, or whatever a flow was given
    variables = OrderedJSONField(default=dict)
    output = OrderedJSONField(null=True)
    error = OrderedJSONField(null=True)
    started_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    trigger_kind = models.CharField(max_length=40, default="MANUAL")
    trigger_metadata = OrderedJSONField(default=dict)  # what set it off: sourceActivityId, sourceStepId, …
    badges = OrderedJSONField(default=list)  # [{label, icon?, color?}], what completed steps put on it
    priority = models.PositiveSmallIntegerField(
        default=0
    )  # of its tasks: 1 highest … 5 lowest; 0: as they say
    seq = models.PositiveIntegerField(default=0)
    state = models.BinaryField()
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["project", "-created_at"], name="activities_newest"),
            models.Index(fields=["project", "status", "-created_at"], name="activities_by_status"),
        ]
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return self.title


class ActivityDocument(models.Model):
    """A document that an activity works on."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="activity_documents")
    document = models.ForeignKey(DocumentFamily, models.PROTECT, related_name="activity_documents")
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "document"], name="activity_document_once")
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.document} in {self.activity}"


class StepOutcome(models.Model):
    """What one try at a step, or at one document of a step, gave."""

    status = models.CharField(max_length=12, default="PENDING")
    action = models.CharField(max_length=120, null=True)  # noqa: DJ001  none is not the empty slug
    result = ValueField(null=True)
    error = OrderedJSONField(null=True)  # {code, class, message, place}
    logs = OrderedJSONField(null=True)  # [{level, text}], capped
    attempt = models.PositiveIntegerField(default=0)
    run = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Step(StepOutcome):
    """A step of an activity. A row that is queued is its own outbox entry."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()  # in the plan, and in the activity's state
    slug = models.CharField(max_length=200)
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=300, blank=True)
    phase = models.PositiveSmallIntegerField(default=0)  # activities.engine.state.Phase
    waiting_on = models.CharField(max_length=12, blank=True)
    input = ValueField(null=True)  # the resolved `input` of the data flow
    reason = models.TextField(blank=True)  # why it was skipped or not taken, in words
    queued_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=64, blank=True)
    documents_total = models.PositiveIntegerField(default=0)
    documents_completed = models.PositiveIntegerField(default=0)
    documents_failed = models.PositiveIntegerField(default=0)
    documents_cancelled = models.PositiveIntegerField(default=0)
    documents_skipped = models.PositiveIntegerField(default=0)
    documents_not_taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "position"], name="step_position_once"),
            models.UniqueConstraint(fields=["activity", "slug"], name="step_slug_once"),
        ]
        indexes = [
            models.Index(
                fields=["queued_at"],
                name="steps_to_announce",
                condition=Q(phase__in=[Phase.GUARDING, Phase.QUEUED]),
            ),
            models.Index(fields=["lease_until"], name="steps_leased", condition=Q(lease_until__isnull=False)),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.slug


class StepDocument(StepOutcome):
    """One document of a per-document step."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="documents")
    document = models.ForeignKey(DocumentFamily, models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    queued_at = models.DateTimeField(null=True)  # not before this instant
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=64, blank=True)
    losses = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "document"], name="step_document_once")]
        indexes = [
            models.Index(fields=["step", "status", "position"], name="step_documents_next"),
            models.Index(
                fields=["lease_until"], name="step_documents_leased", condition=Q(lease_until__isnull=False)
            ),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.document} in {self.step}"


class Attempt(StepOutcome):
    """An earlier try, kept when a step or a document is tried again."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="attempts")
    step_document = models.ForeignKey(StepDocument, models.CASCADE, null=True, related_name="attempts")

    class Meta:
        indexes = [models.Index(fields=["step", "run", "attempt"], name="attempts_in_order")]

    def __str__(self) -> str:
        return f"{self.step} run {self.run} attempt {self.attempt}"


class Event(models.Model):
    """A fact about an activity. Folding all of them through `decide` rebuilds its state."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    type = models.CharField(max_length=40)
    step = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    data = OrderedJSONField(default=dict)  # the event's own fields; of results only a digest
    changes = OrderedJSONField(default=dict)  # what it moved: {"activity": {…}, "steps": [{slug, …}]}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activity", "seq"], name="event_seq_once")]
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.type} {self.step}"


class Outbox(models.Model):
    """An effect on the outside, written with the change that asked for it, delivered after it."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="outbox")
    name = models.CharField(max_length=250)  # unique in its activity: a doubled effect is one row
    kind = models.CharField(max_length=40)
    payload = OrderedJSONField(default=dict)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activity", "name"], name="outbox_name_once")]
        indexes = [models.Index(fields=["due_at"], name="outbox_undelivered", condition=Q(delivered_at=None))]
        verbose_name_plural = "outbox"

    def __str__(self) -> str:
        return self.name


class Timer(models.Model):
    """An instant at which an activity wants to hear of itself: backoff, timeout, due date, sleep."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="timers")
    position = models.PositiveIntegerField()  # of the step
    kind = models.CharField(max_length=16)
    attempt = models.PositiveIntegerField()
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "position", "kind", "attempt"], name="timer_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of step {self.position} at {self.due_at}"


class Blob(models.Model):
    """Bytes addressed by their digest, within one organization; what no activity uses is swept away."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    created_at = models.DateTimeField()  # when it was last put

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "digest"], name="blob_once")]

    def __str__(self) -> str:
        return self.digest


class BlobUse(models.Model):
    """An activity that has put or got a blob, and may refer to it."""

    blob = models.ForeignKey(Blob, models.CASCADE, related_name="uses")
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["blob", "activity"], name="blob_use_once")]

    def __str__(self) -> str:
        return f"{self.blob} in {self.activity}"
