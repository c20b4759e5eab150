"""Organizations, projects, people and what ties them together."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models

from plans.fields import OrderedJSONField

RESOURCE_SLUG = RegexValidator(r"^[a-z0-9-]+\Z", "A slug may hold a-z, 0-9 and - only.")


class Person(AbstractUser):
    """Somebody who signs in."""

    email = models.EmailField(unique=True)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name that others see: full name, else user name."""
        return self.get_full_name() or self.username


class Organization(models.Model):
    """The owner of plans, templates, bridges and projects."""

    slug = models.SlugField(max_length=80, unique=True, validators=[RESOURCE_SLUG])
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects, as a person may see them."""

    def visible_to(self, person: Person) -> ProjectQuerySet:
        """Keep the projects that the person is a member of."""
        return self.filter(memberships__person=person).distinct()

    def with_roles_of(self, person: Person) -> ProjectQuerySet:
        """Read organization and the person's membership (`mine`, a list) with its roles."""
        memberships = Membership.objects.filter(person=person).prefetch_related("roles")
        return self.select_related("organization").prefetch_related(
            models.Prefetch("memberships", memberships, to_attr="mine")
        )


class Project(models.Model):
    """A workspace of an organization: documents, activities and tasks live in it."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="projects")
    slug = models.SlugField(max_length=80, validators=[RESOURCE_SLUG])
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "slug"], name="project_slug_once")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's part in a project."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "person"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.person} in {self.project}"


class MembershipRole(models.Model):
    """One role of a membership: a built-in one gives verbs, a custom one candidacy only."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="roles")
    slug = models.SlugField(max_length=80, validators=[RESOURCE_SLUG])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "slug"], name="membership_role_once")]

    def __str__(self) -> str:
        return self.slug


class Binding(models.Model):
    """Leave for a project to use a resource of its organization."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="bindings")
    project = models.ForeignKey(Project, models.CASCADE, related_name="bindings")
    resource_type = models.CharField(max_length=40)  # activity-plan, task-template, service-bridge, …
    resource_slug = models.SlugField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "resource_type", "resource_slug"], name="binding_once")
        ]

    def __str__(self) -> str:
        return f"{self.resource_type} {self.resource_slug} in {self.project}"


class IdempotencyKey(models.Model):
    """The answer given to a POST that carried an Idempotency-Key, so that a repeat gets the same."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)  # of method, path and body
    status = models.PositiveSmallIntegerField(null=True)  # null while the first request is at work
    response = OrderedJSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
