"""Plans, their immutable versions and a person's draft."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from plans.fields import OrderedJSONField
from plans.models.workspace import RESOURCE_SLUG, Organization, Person, Project


class PlanContent(models.Model):
    """The meaning of a version: the normal form without layout, shared by its digest within an organization."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    document = OrderedJSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "digest"], name="plan_content_once")]

    def __str__(self) -> str:
        return self.digest


class PlanQuerySet(models.QuerySet["Plan"]):
    """Plans, as a person may see them."""

    def alive(self) -> PlanQuerySet:
        """Leave out what was deleted."""
        return self.filter(deleted_at=None)

    def visible_to(self, person: Person) -> PlanQuerySet:
        """Keep plans bound to a project of the person's, and all plans of organizations they author in."""
        authored = Organization.objects.filter(
            memberships__person=person, memberships__roles__slug__in=["author", "admin"]
        )
        bound = Q(
            pk__in=Plan.objects.filter(
                organization__bindings__resource_type="activity-plan",
                organization__bindings__resource_slug=models.F("slug"),
                organization__bindings__project__memberships__person=person,
            ).values("pk")
        )
        return self.alive().filter(Q(organization__in=authored) | bound)

    def bound_to(self, project: Project) -> PlanQuerySet:
        """Keep the plans that the project may start."""
        slugs = project.bindings.filter(resource_type="activity-plan").values("resource_slug")
        return self.alive().filter(organization_id=project.organization_id, slug__in=slugs)

    def with_versions(self) -> PlanQuerySet:
        """Read head and published version with the plans, without their documents."""
        return self.select_related("head", "published").defer(
            "head__source",
            "head__layout",
            "head__changes",
            "published__source",
            "published__layout",
            "published__changes",
        )

    def search(self, words: str) -> PlanQuerySet:
        """Keep the plans whose name, slug or description holds all the words."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(name__icontains=word) | Q(slug__icontains=word) | Q(description__icontains=word)
            )
        return found


class Plan(models.Model):
    """The authored graph of an organization, as a line of versions."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="plans")
    slug = models.SlugField(max_length=80, validators=[RESOURCE_SLUG])
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    change_sequence = models.PositiveIntegerField(default=1)
    head = models.ForeignKey("PlanVersion", models.PROTECT, null=True, related_name="+")
    published = models.ForeignKey("PlanVersion", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "slug"], name="plan_slug_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """One of `errors` (the newest version has some), `draft` (never published), `changed` (since), `published`."""
        if self.head is not None and self.head.errors:
            return "errors"
        if self.published_id is None:
            return "draft"
        return "published" if self.published_id == self.head_id else "changed"

    @property
    def state_words(self) -> str:
        """The state, for people."""
        words = {
            "errors": _("Errors"),
            "draft": _("Draft"),
            "changed": _("Published, changed since"),
            "published": _("Published"),
        }
        return words[self.state]


class PlanVersion(models.Model):
    """A numbered, immutable copy of a plan."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="versions")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    content = models.ForeignKey(PlanContent, models.PROTECT, related_name="versions")
    layout = OrderedJSONField(default=dict)
    source = models.TextField(blank=True)  # the author's own text, comments kept
    note = models.CharField(max_length=500, blank=True)
    changes = OrderedJSONField(default=list)  # sentences: what differs from the version before
    errors = models.PositiveIntegerField(default=0)
    author = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number_once")]

    def __str__(self) -> str:
        return f"{self.plan.slug} version {self.number}"

    def document(self) -> dict[str, Any]:
        """Return the whole normal form, layout included."""
        content: dict[str, Any] = dict(self.content.document)
        if self.layout:
            content["layout"] = self.layout
        return content


class PlanDraft(models.Model):
    """What a person is typing, kept as typed, with the version it began from."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="drafts")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    began_from = models.ForeignKey(PlanVersion, models.SET_NULL, null=True, related_name="+")
    document = OrderedJSONField()
    source = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "person"], name="plan_draft_once")]

    def __str__(self) -> str:
        return f"{self.person}'s draft of {self.plan.slug}"
