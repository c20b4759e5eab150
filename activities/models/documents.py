"""Documents: stores of a project and the families in them."""

from __future__ import annotations

import uuid

from django.core.files.storage import default_storage
from django.db import models

from plans.fields import OrderedJSONField
from plans.models import Organization, Person, Project


class DocumentStore(models.Model):
    """A named place for the documents of a project."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, models.CASCADE, related_name="document_stores")
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "slug"], name="document_store_slug_once")]

    def __str__(self) -> str:
        return self.name


class DocumentQuerySet(models.QuerySet["DocumentFamily"]):
    """Document families, as a person may see them."""

    def visible_to(self, person: Person) -> DocumentQuerySet:
        """Keep documents of projects that the person is a member of."""
        return self.filter(project__memberships__person=person)

    def search(self, words: str) -> DocumentQuerySet:
        """Keep documents whose name holds all the words."""
        found = self
        for word in words.split():
            found = found.filter(name__icontains=word)
        return found

    def with_people(self) -> DocumentQuerySet:
        """Read who uploaded them with the documents."""
        return self.select_related("created_by")


class DocumentFamily(models.Model):
    """One logical document: its name, its file and what is known of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, models.CASCADE, related_name="documents")
    store = models.ForeignKey(DocumentStore, models.PROTECT, related_name="documents")
    name = models.CharField(max_length=255)
    mime = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 of the bytes
    pages = models.PositiveIntegerField(null=True)  # of a PDF, once counted; 0: they can't be
    file = models.CharField(
        max_length=300
    )  # name in the default storage: content-addressed, below the organization
    metadata = OrderedJSONField(default=dict)
    labels = OrderedJSONField(default=list)
    status = models.CharField(max_length=80, blank=True)
    created_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["project", "-created_at"], name="documents_newest")]

    def __str__(self) -> str:
        return self.name

    def path_on_disk(self) -> str:
        """Return the file's path, for programs that read files."""
        return str(default_storage.path(self.file))
