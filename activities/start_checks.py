"""What a start is checked for beside the plan and its inputs: documents, and a run that is under way already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from activities.engine.state import ENDED
from activities.errors import CommandRefused
from activities.models import Activity, DocumentFamily
from activities.pages import PDF, most_pages
from plans.errors import Invalid
from plans.language.finding import Finding, error
from plans.language.findings.catalog import READY, bare_slug
from plans.language.schema import AgentConfig, DocumentFamilyGroup
from plans.language.schema import Plan as Document
from plans.models import Binding, Plan, Project

SHOWN: Final = 3


def require_documents(document: Document, documents: Sequence[DocumentFamily]) -> None:
    """Raise Invalid where the documents are not what the plan's groups ask for.

    Documents come to a start as one list: with several groups, they may hold as many as all groups together.
    """
    groups = document.document_family_groups
    for group in groups:
        if group.required and not documents:
            raise Invalid(
                f'this activity requires at least one document in "{group.name}" before it can start',
                code="documents-required",
            )
    names = " + ".join(f'"{group.name}"' for group in groups)
    limits = [group.max_hits for group in groups]
    most = sum(limit for limit in limits if limit is not None)
    if groups and None not in limits and len(documents) > most:
        words = {"most": most, "group": names, "count": len(documents)}
        raise Invalid(
            _("this activity takes at most %(most)d documents in %(group)s; it was given %(count)d") % words,
            code="too-many-documents",
        )
    _require_sizes(groups, documents, names)
    _require_pages(groups, documents, names)
    if groups and all(group.unique_filenames for group in groups):
        _require_different_names(documents, names)


def runtimes_not_ready(document: Document, definitions: Mapping[str, Any]) -> Iterator[Finding]:
    """Give an error for each step whose agent runtime takes no work now; one that is not there has its own."""
    known = definitions.get("agentRuntimes") or {}
    for step in document.steps:
        if not isinstance(step.config, AgentConfig):
            continue
        ref = step.config.agent_runtime_ref
        status = known.get(bare_slug(ref), {}).get("status") or READY
        if status != READY:
            message = _(
                'agent runtime "%(ref)s" is %(status)s; an administrator sets it READY under Settings'
            )
            yield error(
                "agent-runtime-not-ready",
                message % {"ref": ref, "status": status},
                step=step.slug,
                field="config.agentRuntimeRef",
            )


def running_instead(
    plan: Plan, document: Document, project: Project, *, besides: Activity | None
) -> Activity | None:
    """Return the run that a start of a plan that runs once per project is folded into, None without one.

    Called in the transaction of the start: it locks the binding, so of two starts at once one waits for the other.
    """
    if document.metadata.get("serializePerProject") is not True:
        return None
    bound = Binding.objects.filter(project=project, resource_type="activity-plan", resource_slug=plan.slug)
    list(bound.select_for_update())
    others = Activity.objects.filter(plan=plan, project=project).exclude(status__in=ENDED)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    return others.order_by("created_at", "pk").first()


def require_alone(activity: Activity, document: Document) -> None:
    """Raise CommandRefused where an ended activity would run again beside another of a plan that runs once at a time.

    Called with the activity locked; it locks the binding after it, as a replanning does.
    """
    if activity.status not in ENDED:
        return
    running = running_instead(activity.plan, document, activity.project, besides=activity)
    if running is not None:
        raise CommandRefused(
            _(
                "This plan runs once at a time in a project, and “%(title)s” is under way; "
                "try again when it has ended, or cancel it."
            )
            % {"title": running.title},
            code="runs-once",
            running=str(running.pk),
        )


def _require_sizes(
    groups: Sequence[DocumentFamilyGroup], documents: Sequence[DocumentFamily], names: str
) -> None:
    limits = [group.max_size for group in groups]
    if not limits or None in limits:
        return
    most = max(limit for limit in limits if limit is not None)
    large = [family.name for family in documents if family.size > most]
    if large:
        words = {"most": filesizeformat(most), "group": names, "names": ", ".join(large[:SHOWN])}
        raise Invalid(
            _("documents in %(group)s may have %(most)s; larger: %(names)s") % words,
            code="document-too-large",
        )


def _require_pages(
    groups: Sequence[DocumentFamilyGroup], documents: Sequence[DocumentFamily], names: str
) -> None:
    """Only PDFs have pages; of a stand-in without bytes, as trials have them, nothing is asked."""
    most = most_pages(groups)
    if most is None:
        return
    pdfs = [family for family in documents if family.mime == PDF and family.size]
    long = [f"{family.name} ({family.pages})" for family in pdfs if (family.pages or 0) > most]
    if long:
        words = {"most": most, "group": names, "names": ", ".join(long[:SHOWN])}
        raise Invalid(
            _("documents in %(group)s may have %(most)d pages; longer: %(names)s; split them") % words,
            code="too-many-pages",
        )
    unknown = [family.name for family in pdfs if not family.pages]
    if unknown:
        words = {"most": most, "group": names, "names": ", ".join(unknown[:SHOWN])}
        raise Invalid(
            _(
                "documents in %(group)s may have %(most)d pages, and those of %(names)s can't be counted: "
                "take off the password, or save it again with the program that made it"
            )
            % words,
            code="pages-not-counted",
        )


def _require_different_names(documents: Sequence[DocumentFamily], groups: str) -> None:
    names = [family.name for family in documents]
    twice = list(dict.fromkeys(name for name in names if names.count(name) > 1))
    if twice:
        words = {"group": groups, "names": ", ".join(twice[:SHOWN])}
        raise Invalid(
            _("documents in %(group)s need different names; there are several of %(names)s") % words,
            code="duplicate-filenames",
        )
