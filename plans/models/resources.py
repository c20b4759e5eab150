"""What plans refer to: task templates and statuses, service bridges, prompt templates, agent runtimes, secrets."""

from __future__ import annotations

from django.db import models

from plans.fields import OrderedJSONField
from plans.models.workspace import RESOURCE_SLUG, Organization, Person


class ResourceQuerySet(models.QuerySet):  # shared by several models
    """Resources of organizations, as a person may see them."""

    def visible_to(self, person: Person) -> ResourceQuerySet:
        """Keep what belongs to an organization that the person is a member of."""
        return self.filter(organization__memberships__person=person).distinct()


class Resource(models.Model):
    """What every resource of an organization has."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="%(class)ss")
    slug = models.SlugField(max_length=80, validators=[RESOURCE_SLUG])
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    change_sequence = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["organization", "slug"], name="%(class)s_slug_once")]

    def __str__(self) -> str:
        return self.name


class TaskTemplate(Resource):
    """What a task looks like: form, actions, who may do it.

    `metadata` holds `title`, `form` (JSON Schema, with `layout`), `actions` (a list of slug, label, properties),
    `candidates` (`{"roles": [], "teams": [], "people": []}`), `priority`, `dueInHours`, `workingTime`,
    `remindBeforeHours`, `escalateAfterHours`, `escalateTo`.
    """

    metadata = OrderedJSONField(default=dict)


class TaskStatus(Resource):
    """A status that tasks of an organization can have."""

    class Type(models.TextChoices):
        """What a status means for the work."""

        OPEN = "OPEN"
        IN_PROGRESS = "IN_PROGRESS"
        PENDING = "PENDING"
        BLOCKED = "BLOCKED"
        DONE = "DONE"  # a task that reaches it advances its step

    status_type = models.CharField(max_length=16, choices=Type.choices, default=Type.OPEN)
    color = models.CharField(max_length=16, blank=True)
    sequence = models.PositiveIntegerField(default=0)


class ServiceBridge(Resource):
    """An outside service and its endpoints.

    `definition`: `{"baseUrl", "defaultHeaders": [{name, value}], "endpoints": [{name, method, path, …}], "auth"}`.
    Values may hold `${secrets.NAME}`; secrets themselves are never in it.
    """

    definition = OrderedJSONField(default=dict)


class PromptTemplate(Resource):
    """A prompt that LLM steps and scripts name by its slug; `{name}` in it is filled when it is used."""

    prompt = models.TextField()


class AgentRuntime(Resource):
    """How agents of an organization run.

    `definition`: `{"model", "instructions", "maxConcurrent", "maxRequests", "moduleRefs", "mcpServers", "status"}`.
    """

    definition = OrderedJSONField(default=dict)


class ScriptModule(Resource):
    """JavaScript that SCRIPT steps name in `scriptSidecars`: run before the script, in the same engine."""

    script = models.TextField()


class Secret(models.Model):
    """A value that only goes out in calls: encrypted, write-only, redacted everywhere."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=80)
    sealed = models.TextField()  # "<key id>:<token>"
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="secret_name_once")]

    def __str__(self) -> str:
        return self.name


class PinnedDefinitions(models.Model):
    """The definitions that an activity was checked with at its start, shared by digest; never a secret.

    `document`: `{"taskTemplates": {slug: …}, "taskStatuses": {slug: …}, "serviceBridges": {slug: …}}`, and, where the
    plan names some, `promptTemplates`, `agentRuntimes` and `scriptModules`.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    document = OrderedJSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "digest"], name="pinned_definitions_once")
        ]

    def __str__(self) -> str:
        return self.digest
