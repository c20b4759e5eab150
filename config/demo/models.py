"""The demo's small ERP: an account per organization, bills and notices. It knows nothing of plans and activities."""

from __future__ import annotations

import hashlib

from django.db import models
from django.db.models import Q

from plans.fields import OrderedJSONField
from plans.models import Organization, Person


class ErpQuerySet(models.QuerySet["Erp"]):
    """Accounts, as a person may see them."""

    def visible_to(self, person: Person) -> ErpQuerySet:
        """Keep the accounts of organizations that the person is a member of."""
        return self.filter(organization__memberships__person=person).distinct()


class Erp(models.Model):
    """An organization's account with the demo ERP; also the leave for its bridges to reach this one address."""

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="demo_erp")
    address = models.CharField(max_length=260)  # host:port at which this server answers
    token_digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the bearer token
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ErpQuerySet.as_manager()

    def __str__(self) -> str:
        return f"ERP of {self.organization}"

    @staticmethod
    def digest_of(token: str) -> str:
        """Return what is stored of a token."""
        return hashlib.sha256(token.encode()).hexdigest()


class Mail(models.Model):
    """An e-mail that the embedded server would have sent."""

    to = models.EmailField()
    subject = models.CharField(max_length=500)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers = OrderedJSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"


class Entry(models.Model):
    """What a POST leaves behind: once for each idempotency key."""

    idempotency_key = models.CharField(max_length=300)
    request_digest = models.CharField(max_length=64)  # SHA-256 of the body
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["erp", "idempotency_key"], name="%(class)s_once")]


class Bill(Entry):
    """A posted invoice, or a set of them in one bill."""

    erp = models.ForeignKey(Erp, models.CASCADE, related_name="bills")
    supplier = models.CharField(max_length=200)
    number = models.CharField(max_length=200)  # the supplier's
    date = models.DateField()
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    po_number = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    lines = OrderedJSONField(default=list)  # [{"document", "number", "total"}]

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(condition=Q(total__gt=0), name="bill_total_above_zero"),
        ]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The ERP's own number of the bill."""
        return f"B-{self.pk:05d}"


class Notice(Entry):
    """A message to a supplier."""

    erp = models.ForeignKey(Erp, models.CASCADE, related_name="notices")
    supplier = models.CharField(max_length=200)
    number = models.CharField(max_length=200, blank=True)
    reason = models.TextField()

    class Meta(Entry.Meta):
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The ERP's own number of the notice."""
        return f"N-{self.pk:05d}"
