"""The API of plans: documents in any spelling go in, the normal form comes out, flat, with what surrounds it."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from plans import services
from plans.api_shapes import finding_list, plan_shape, version_shape, whole_shape
from plans.bodies import document_in, notation_in, number_in, numbers_in, text_in, version_in
from plans.editor.saving import merge_with_head, source_of
from plans.errors import Invalid, NotFound
from plans.idempotency import Idempotent
from plans.models import Plan
from plans.parsers import EditorBody, JsonDocument, JsonDraft, Source, YamlDocument
from plans.requests import body_of, person_of
from plans.selectors import find_organization, find_plan
from plans.services.plans import NEW, version_of
from plans.services.rewriting import rewritten

# Keys of the resource around the document; they are no part of a plan.
ENVELOPE: Final = frozenset(
    {
        "changeSequence",
        "createdAt",
        "errors",
        "findings",
        "note",
        "organization",
        "projects",
        "publishedVersionNumber",
        "state",
        "updatedAt",
        "versionNumber",
    }
)
ORGANIZATION = OpenApiParameter("organization", str, description="Slug; needed where you see several.")
SEARCH = OpenApiParameter("search", str, description="Words of the name.")
PAGES = (
    OpenApiParameter("cursor", str, description="Where a page begins, from next or previous."),
    OpenApiParameter("pageSize", int, description="How many at once, up to 200."),
)
DOCUMENT = extend_schema(
    parameters=[ORGANIZATION], request=OpenApiTypes.OBJECT, responses={200: OpenApiTypes.OBJECT}
)


def _taking(*numbers: str) -> Any:
    """Describe an operation on a saved plan whose body holds whole numbers, and nothing else."""
    body = {
        "type": "object",
        "properties": {name: {"type": "integer"} for name in numbers},
        "additionalProperties": False,
    }
    return extend_schema(
        parameters=[ORGANIZATION], request={"application/json": body}, responses={200: OpenApiTypes.OBJECT}
    )


@extend_schema(tags=["activity-plans"])
class PlanApi(Idempotent, GenericViewSet[Plan]):
    """Activity plans of the person's organizations."""

    parser_classes = [JsonDocument, YamlDocument]
    lookup_field = "slug"
    lookup_value_regex = "[a-z0-9-]+"
    queryset = Plan.objects.none()

    def get_queryset(self) -> QuerySet[Plan]:
        """Keep what the person may see."""
        return Plan.objects.visible_to(person_of(self.request)).with_versions().select_related("organization")

    @extend_schema(
        operation_id="activity_plans_list",
        parameters=[ORGANIZATION, SEARCH, *PAGES],
        responses={200: OpenApiTypes.OBJECT},
    )
    def list(self, request: Request) -> Response:
        """List plans, newest first, without their steps; `?search=`, `?organization=`."""
        found = self.get_queryset().search(request.query_params.get("search", ""))  # type: ignore[attr-defined]
        if organization := request.query_params.get("organization"):
            found = found.filter(organization__slug=organization)
        page = self.paginate_queryset(found)
        return self.get_paginated_response([plan_shape(plan) for plan in page or []])

    @DOCUMENT
    def create(self, request: Request) -> Response:
        """Save a new plan; 409 if there is one of its slug."""
        value, envelope = _split(request)
        saved = services.save_plan(
            find_organization(person_of(request), _organization(request, envelope)),
            value,
            by=person_of(request),
            source=_text(request),
            note=_note(envelope),
            expected=NEW,
        )
        return _answer(saved, status.HTTP_201_CREATED)

    @extend_schema(parameters=[ORGANIZATION], responses={200: OpenApiTypes.OBJECT})
    def retrieve(self, request: Request, slug: str) -> Response:
        """Return a plan with its newest document; the ETag is its change sequence."""
        plan = _plan(request, slug)
        version = version_of(plan, None)
        return _tagged(plan, whole_shape(plan, version))

    @DOCUMENT
    def update(self, request: Request, slug: str) -> Response:
        """Save the next version. `changeSequence` or `If-Match` that is old: 409, and the document is your draft."""
        plan = _plan(request, slug)
        value, envelope = _split(request)
        saved = services.save_plan(
            plan.organization,
            value,
            by=person_of(request),
            source=_text(request),
            note=_note(envelope),
            slug=slug,
            expected=_expected(request, envelope),
        )
        return _answer(saved, status.HTTP_200_OK)

    @DOCUMENT
    @action(detail=True, methods=["post"], parser_classes=[EditorBody])
    def save(self, request: Request, slug: str) -> Response:
        """Save `{document, source, notation, note, changeSequence}` as the next version; answers as PUT does.

        An old `changeSequence` is 409 `stale-change-sequence`, and the document becomes your draft. The source is kept
        with what changed put into it.
        """
        plan, body = _plan(request, slug), body_of(request)
        document = document_in(body)
        saved = services.save_plan(
            plan.organization,
            document,
            by=person_of(request),
            source=source_of(document, text_in(body, "source"), notation_in(body)),
            note=text_in(body, "note"),
            slug=slug,
            expected=number_in(body, "changeSequence"),
            began_from=version_in(body, plan),
        )
        return _answer(saved, status.HTTP_200_OK)

    @DOCUMENT
    @action(detail=True, methods=["post"], parser_classes=[EditorBody])
    def merge(self, request: Request, slug: str) -> Response:
        """Merge `{document, beganFromVersionNumber, takeTheirs?}` with the newest version; save nothing.

        Answers `{document, conflicts, theirs, mine}`; `takeTheirs` numbers the conflicts that go by theirs.
        """
        plan, body = _plan(request, slug), body_of(request)
        merged = merge_with_head(
            plan,
            document_in(body),
            by=person_of(request),
            began_from=version_in(body, plan),
            take=numbers_in(body, "takeTheirs"),
        )
        return Response(merged)

    @extend_schema(parameters=[ORGANIZATION], responses={204: None})
    def destroy(self, request: Request, slug: str) -> Response:
        """Delete a plan that no project is bound to."""
        services.delete(_plan(request, slug), by=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @DOCUMENT
    @action(detail=False, methods=["post"])
    def validate(self, request: Request) -> Response:
        """Check any document, saving nothing: `{valid, findings}`, always 200."""
        value, envelope = _split(request)
        if isinstance(value.get("plan"), dict) and "steps" not in value:
            value = value["plan"]
        organization = find_organization(person_of(request), _organization(request, envelope))
        findings = services.validate(value, organization)
        valid = not any(finding.severity == "error" for finding in findings)
        return Response({"valid": valid, "findings": finding_list(findings)})

    @extend_schema(
        operation_id="activity_plans_versions_list",
        parameters=[ORGANIZATION, *PAGES],
        responses={200: OpenApiTypes.OBJECT},
    )
    @action(detail=True, methods=["get"])
    def versions(self, request: Request, slug: str) -> Response:
        """List the versions, newest first, with what changed in each."""
        plan = _plan(request, slug)
        rows: Any = plan.versions.select_related("author").defer("source", "layout")
        page: Any = self.paginate_queryset(rows)
        shapes = [version_shape(row, published_id=plan.published_id) for row in page or ()]
        return self.get_paginated_response(shapes)

    @extend_schema(parameters=[ORGANIZATION], responses={200: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["get"], url_path=r"versions/(?P<number>\d{1,9})")
    def version(self, request: Request, slug: str, number: str) -> Response:
        """Return one version with its document."""
        plan = _plan(request, slug)
        row = version_of(plan, int(number))
        return Response(version_shape(row, published_id=plan.published_id) | {"document": row.document()})

    @_taking("versionNumber")
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, slug: str) -> Response:
        """Publish the newest version, or `{"versionNumber": n}`; 400 with the list while it has errors."""
        plan = _plan(request, slug)
        services.publish(plan, by=person_of(request), number=_number(request, "versionNumber"))
        return _tagged(plan, plan_shape(_plan(request, slug)))

    @_taking("versionNumber")
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, slug: str) -> Response:
        """Save `{"versionNumber": n}` again as the newest."""
        plan, number = _plan(request, slug), _number(request, "versionNumber")
        if number is None:
            raise Invalid(_('which version? send {"versionNumber": n}'))
        saved = services.restore(plan, number, by=person_of(request))
        return _answer(saved, status.HTTP_200_OK)

    @_taking("changeSequence")
    @action(detail=True, methods=["get", "post"], url_path="rewrite-uuids")
    def rewrite_uuids(self, request: Request, slug: str) -> Response:
        """GET shows what would change and saves nothing; POST saves it. Doing it twice changes nothing more."""
        plan = _plan(request, slug)
        rewrite = services.preview_rewrite(plan)
        shown = {"changes": list(rewrite.changes), "document": rewrite.document}
        if request.method == "GET":
            return Response(shown)
        _value, envelope = _split(request)
        saved = services.rewrite_uuids(plan, by=person_of(request), expected=_expected(request, envelope))
        return _answer(saved, status.HTTP_200_OK, extra=shown)

    @extend_schema(
        operation_id="activity_plans_rewrite_document",
        request=OpenApiTypes.OBJECT,
        responses={200: OpenApiTypes.OBJECT},
    )
    @action(detail=False, methods=["post"], url_path="rewrite-uuids")
    def rewrite_document(self, request: Request) -> Response:
        """Rewrite any document, saving nothing."""
        value, _envelope = _split(request)
        rewrite = rewritten(value)
        return Response({"changes": list(rewrite.changes), "document": rewrite.document})

    @extend_schema(methods=["GET", "PUT"], parameters=[ORGANIZATION], responses={200: OpenApiTypes.OBJECT})
    @extend_schema(methods=["PUT"], request=OpenApiTypes.OBJECT)
    @extend_schema(methods=["DELETE"], parameters=[ORGANIZATION], responses={204: None})
    @action(detail=True, methods=["get", "put", "delete"], parser_classes=[JsonDraft, YamlDocument])
    def draft(self, request: Request, slug: str) -> Response:
        """Keep, get or throw away your own draft, kept as typed.

        PUT the document, or `{document, source, beganFromVersionNumber}`.
        """
        plan = _plan(request, slug)
        if request.method == "DELETE":
            services.discard_draft(plan, by=person_of(request))
            return Response(status=status.HTTP_204_NO_CONTENT)
        if request.method == "PUT":
            _keep_draft(plan, request)
        draft = services.draft_of(plan, person_of(request))
        if draft is None:
            raise NotFound(_("you have no draft of this plan"))
        began_from = draft.began_from.number if draft.began_from else None
        shape = {"document": draft.document, "source": draft.source, "beganFromVersionNumber": began_from}
        return Response(shape | {"updatedAt": draft.updated_at})


def _keep_draft(plan: Plan, request: Request) -> None:
    sent: Any = request.data
    if not isinstance(sent, Source):
        raise Invalid(_("the body is empty; send the plan document as it is typed so far"))
    value, text, began_from = sent.value, sent.text, None
    if isinstance(value, dict) and isinstance(value.get("document"), dict) and "steps" not in value:
        text = text_in(value, "source")
        began_from = version_in(value, plan)
        value = value["document"]
    services.keep_draft(plan, value, by=person_of(request), source=text, began_from=began_from)


def _plan(request: Request, slug: str) -> Plan:
    return find_plan(person_of(request), slug, organization=request.query_params.get("organization"))


def _split(request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the document, and the keys of the request around it."""
    sent: Any = request.data
    value: Any = sent.value if isinstance(sent, Source) else {}
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise Invalid(_("this is no plan: a plan is an object with slug, name and steps"), code="no-plan")
    envelope = {key: item for key, item in value.items() if key in ENVELOPE}
    return {key: item for key, item in value.items() if key not in ENVELOPE}, envelope


def _text(request: Request) -> str:
    sent: Any = request.data
    return sent.text if isinstance(sent, Source) else ""


def _organization(request: Request, envelope: dict[str, Any]) -> object:
    return request.query_params.get("organization") or envelope.get("organization")


def _note(envelope: dict[str, Any]) -> str:
    note = envelope.get("note")
    return note if isinstance(note, str) else ""


def _expected(request: Request, envelope: dict[str, Any]) -> int | None:
    tag = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    sent = envelope.get("changeSequence", tag if tag not in ("", "*") else None)
    if sent is None:
        return None
    if isinstance(sent, bool) or not str(sent).isdecimal():
        raise Invalid(_('changeSequence "%(sent)s" is no whole number') % {"sent": sent})
    return int(sent)


def _number(request: Request, key: str) -> int | None:
    _value, envelope = _split(request)
    number = envelope.get(key)
    if number is not None and (isinstance(number, bool) or not isinstance(number, int)):
        raise Invalid(_('%(key)s "%(sent)s" is no whole number') % {"key": key, "sent": number})
    return number


def _tagged(plan: Plan, shape: dict[str, Any], *, code: int = 200) -> Response:
    return Response(shape, status=code, headers={"ETag": f'"{shape["changeSequence"]}"'})


def _answer(saved: services.Saved, code: int, *, extra: dict[str, Any] | None = None) -> Response:
    shape = whole_shape(saved.plan, saved.version)
    shape |= {"findings": finding_list(saved.findings), "changed": saved.changed} | (extra or {})
    return _tagged(saved.plan, shape, code=code)
