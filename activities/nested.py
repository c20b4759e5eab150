"""Flows that stand inside a step (`builtin/eval`, `map`, `iterate`): plans that nobody saved, versions without a name.

A version needs a plan. That of a flow is named by the digest of its content and was never alive: it is in no list,
nobody can open or start it, and the same flow is one version however often it runs.
"""

from __future__ import annotations

from typing import Any, Final

from django.utils import timezone

from activities.modules import ModuleFailed
from activities.starting import Startable, definitions_of
from plans.catalog import catalog_from
from plans.digests import digest_of
from plans.language.findings import check
from plans.language.schema import Plan as Document
from plans.language.spellings import read, write
from plans.models import Organization, Plan, PlanContent, PlanVersion

MARK: Final = "_"  # no slug of a plan that a person may choose has it


def flow_version(organization: Organization, flow: Any) -> Startable:
    """Return the version of a flow in any spelling; raises ModuleFailed for one that has errors."""
    document, findings = read(flow)
    pinned = definitions_of(organization, document)
    findings = [*findings, *check(document, catalog_from(pinned.document))]
    wrong = [finding for finding in findings if finding.severity == "error"]
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise ModuleFailed("invalid-flow", f"the flow has errors: {wrong[0].message}{more}")
    return Startable(_version(organization, document), pinned, document, findings)


def _version(organization: Organization, document: Document) -> PlanVersion:
    normal = write(document)
    normal.pop("layout", None)
    digest = digest_of(normal)
    content, _made = PlanContent.objects.get_or_create(
        organization=organization, digest=digest, defaults={"document": normal}
    )
    name = (document.name or document.slug or "flow").replace("\0", "")[:200]
    plan, _made = Plan.objects.get_or_create(
        organization=organization, slug=MARK + digest, defaults={"name": name, "deleted_at": timezone.now()}
    )
    version, _made = PlanVersion.objects.get_or_create(
        plan=plan, number=1, defaults={"organization": organization, "content": content}
    )
    return version
