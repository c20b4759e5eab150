"""Saving, publishing, restoring and deleting plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plans.access import require_in
from plans.catalog import catalog_of
from plans.digests import digest_of
from plans.errors import Conflict, Invalid, NotFound
from plans.language.diff import describe
from plans.language.finding import Finding
from plans.language.findings import check_document
from plans.language.schema import Plan as Document
from plans.language.spellings import read, write
from plans.models import Binding, Organization, Person, Plan, PlanContent, PlanDraft, PlanVersion
from plans.models.workspace import RESOURCE_SLUG
from plans.presence import announce_saved
from plans.services.demands import require_demands
from plans.services.drafts import keep_draft

ANY: Final = None  # no `expected`: whatever stands there is saved over
NEW: Final = 0  # `expected` of a plan that must not exist yet


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did: `changed` is False where the head was equal already, and `version` is the head then."""

    plan: Plan
    version: PlanVersion
    findings: Sequence[Finding]
    changed: bool


class _Stale(Conflict):
    code = "stale-change-sequence"


def save_plan(
    organization: Organization,
    document: object,
    *,
    by: Person | None,
    source: str = "",
    note: str = "",
    slug: str | None = None,
    expected: int | None = ANY,
    began_from: PlanVersion | None = None,
) -> Saved:
    """Save a document of any spelling as the next version of its plan, made if there is none of its slug.

    Errors in the plan do not keep it from being saved. `slug` names the plan that is meant, where the document could
    name another. An `expected` change sequence that is not the plan's is a Conflict, and the document becomes the
    person's draft (of `began_from`, where that is known), so nothing is lost. Only what equals the head (layout and
    source too) makes no version.
    """
    if by is not None:
        require_in(by, "author", organization)
    parsed, findings = check_document(document, catalog_of(organization))
    _refuse_unreadable(document, findings)
    named = _slug_of(parsed, slug)
    errors = sum(finding.severity == "error" for finding in findings)
    try:
        with transaction.atomic():
            plan = _locked(organization, named, wanted=slug is not None, expected=expected)
            version = _add_version(plan, parsed, source=source, note=note, by=by, errors=errors)
    except _Stale:
        _keep_for_later(organization, named, document, source=source, by=by, began_from=began_from)
        raise
    except IntegrityError as error:
        raise Conflict(
            _('a plan "%(slug)s" was made in this moment; load it and save again') % {"slug": named}
        ) from error
    if version is None:
        assert plan.head is not None
        return Saved(plan, plan.head, findings, changed=False)
    transaction.on_commit(partial(announce_saved, plan, version, by=by))
    return Saved(plan, version, findings, changed=True)


def validate(document: object, organization: Organization) -> list[Finding]:
    """Return all that is wrong, or odd, about a document, with what the organization has; save nothing."""
    return list(check_document(document, catalog_of(organization))[1])


def publish(plan: Plan, *, by: Person | None, number: int | None = None) -> PlanVersion:
    """Let starts use the version (the newest, if none is named); refused with a list while it has errors.

    What the plan demands of its versions (`plans.services.demands`) is demanded here.
    """
    if by is not None:
        require_in(by, "author", plan.organization)
    version = version_of(plan, number)
    findings = validate(version.document(), plan.organization)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise Invalid(
            _refusal(plan, version, errors), code="plan-has-errors", findings=[f.as_dict() for f in errors]
        )
    require_demands(plan, version, by=by)
    with transaction.atomic():
        row = Plan.objects.select_for_update().get(pk=plan.pk)
        row.published = version
        row.change_sequence += 1
        row.save(update_fields=["published", "change_sequence", "updated_at"])
        PlanVersion.objects.filter(pk=version.pk).update(errors=0)
    plan.published, plan.change_sequence = version, row.change_sequence
    return version


def restore(plan: Plan, number: int, *, by: Person | None, expected: int | None = ANY) -> Saved:
    """Save an earlier version again, as the newest."""
    version = version_of(plan, number)
    note = _("Version %(number)d restored") % {"number": number}
    return save_plan(
        plan.organization,
        version.document(),
        by=by,
        source=version.source,
        note=note,
        slug=plan.slug,
        expected=expected,
    )


def delete(plan: Plan, *, by: Person | None) -> None:
    """Delete the plan, so that its slug is free again; its activities keep their version. Refused while it is bound."""
    if by is not None:
        require_in(by, "author", plan.organization)
    bound = Binding.objects.filter(
        organization=plan.organization, resource_type="activity-plan", resource_slug=plan.slug
    ).count()
    if bound:
        raise Conflict(
            ngettext(
                "plan is bound to %(count)d project; unbind it before deleting",
                "plan is bound to %(count)d projects; unbind it before deleting",
                bound,
            )
            % {"count": bound},
            code="resource-is-bound",
        )
    plan.slug = f"{plan.slug[:43]}-{uuid4()}"
    plan.deleted_at = timezone.now()
    plan.save(update_fields=["slug", "deleted_at"])


def version_of(plan: Plan, number: int | None) -> PlanVersion:
    """Return the version of the number, or the newest; raise NotFound."""
    versions = plan.versions.select_related("content")
    found = (
        versions.filter(number=number).first() if number is not None else versions.order_by("-number").first()
    )
    if found is None:
        named = "" if number is None else number
        raise NotFound(_('plan "%(slug)s" has no version %(number)s') % {"slug": plan.slug, "number": named})
    return found


def _refuse_unreadable(document: object, findings: Sequence[Finding]) -> None:
    """Refuse what would be lost by saving: no object at all, or beyond the caps."""
    if not isinstance(document, dict):
        raise Invalid(
            _("this is no plan: a plan is an object with slug, name and steps"),
            code="no-plan",
            findings=[finding.as_dict() for finding in findings],
        )
    large = next((finding for finding in findings if finding.code == "too-large"), None)
    if large is not None:
        raise Invalid(large.message, code="too-large", findings=[large.as_dict()])


def _slug_of(parsed: Document, wanted: str | None) -> str:
    if not parsed.slug:
        raise Invalid(_('a plan needs a "slug" to be saved under: a-z, 0-9 and -'), code="slug-missing")
    try:
        RESOURCE_SLUG(parsed.slug)
    except ValidationError as error:
        raise Invalid(
            _('plan slug "%(slug)s" may hold a-z, 0-9 and - only') % {"slug": parsed.slug}, code="slug-format"
        ) from error
    if len(parsed.slug) > 80:
        raise Invalid(_("a plan slug may be 80 characters long at most"), code="slug-format")
    if wanted is not None and wanted != parsed.slug:
        raise Invalid(
            _(
                'the document is of plan "%(slug)s", not "%(wanted)s"; '
                "save it under its own address, or change its slug"
            )
            % {"slug": parsed.slug, "wanted": wanted},
            code="slug-differs",
        )
    return parsed.slug


def _locked(organization: Organization, slug: str, *, wanted: bool, expected: int | None) -> Plan:
    """Return the plan's row, locked; a new one if there is none."""
    plan = Plan.objects.alive().select_for_update().filter(organization=organization, slug=slug).first()
    if plan is None:
        if wanted or expected:
            raise NotFound(_('there is no plan "%(slug)s"') % {"slug": slug})
        return Plan.objects.create(organization=organization, slug=slug, name=slug, change_sequence=0)
    plan.organization = organization
    if expected == NEW:
        raise Conflict(
            _('there is a plan "%(slug)s" already; choose another slug, or save a version of that plan')
            % {"slug": slug},
            code="slug-taken",
            changeSequence=plan.change_sequence,
        )
    if expected is not None and expected != plan.change_sequence:
        raise _Stale(
            _("stale changeSequence: expected %(expected)d but resource is at %(is)d; re-fetch and retry")
            % {"expected": expected, "is": plan.change_sequence},
            changeSequence=plan.change_sequence,
        )
    return plan


def _add_version(
    plan: Plan, parsed: Document, *, source: str, note: str, by: Person | None, errors: int
) -> PlanVersion | None:
    """Write the next version and the plan's row; None if the head is equal."""
    normal = write(parsed)
    layout: dict[str, Any] = normal.pop("layout", None) or {}
    content = _content(plan.organization, normal)
    head = plan.versions.select_related("content").order_by("-number").first()
    if head and (head.content_id, head.layout, head.source) == (content.pk, layout, source or head.source):
        if head.errors != errors:
            PlanVersion.objects.filter(pk=head.pk).update(errors=errors)
        plan.head = head
        return None
    version = PlanVersion.objects.create(
        plan=plan,
        organization=plan.organization,
        number=(head.number if head else 0) + 1,
        content=content,
        layout=layout,
        source=source,
        note=note.strip()[:500],
        changes=_changes(head, content, parsed),
        errors=errors,
        author=by,
    )
    plan.head = version
    plan.name = (parsed.name or parsed.slug).replace("\0", "")[:200]
    plan.description = (parsed.description or "").replace("\0", "")
    plan.change_sequence += 1
    plan.save(update_fields=["head", "name", "description", "change_sequence", "updated_at"])
    if by is not None:
        PlanDraft.objects.filter(plan=plan, person=by).delete()
    return version


def _content(organization: Organization, normal: dict[str, Any]) -> PlanContent:
    content, _made = PlanContent.objects.get_or_create(
        organization=organization, digest=digest_of(normal), defaults={"document": normal}
    )
    return content


def _changes(head: PlanVersion | None, content: PlanContent, parsed: Document) -> list[str]:
    if head is None:
        return [_("First version")]
    if head.content_id == content.pk:
        return [_("Only positions, comments or notation changed")]
    before, _findings = read(head.document())
    return describe(before, parsed)


def _keep_for_later(
    organization: Organization,
    slug: str,
    document: object,
    *,
    source: str,
    by: Person | None,
    began_from: PlanVersion | None,
) -> None:
    plan = Plan.objects.alive().filter(organization=organization, slug=slug).first()
    if plan is not None and by is not None:
        keep_draft(plan, document, by=by, source=source, began_from=began_from)


def _refusal(plan: Plan, version: PlanVersion, errors: Sequence[Finding]) -> str:
    return ngettext(
        'version %(number)d of plan "%(slug)s" has %(count)d error and can\'t be published: %(first)s',
        'version %(number)d of plan "%(slug)s" has %(count)d errors and can\'t be published; the first: %(first)s',
        len(errors),
    ) % {"number": version.number, "slug": plan.slug, "count": len(errors), "first": errors[0].message}
