"""The REST API of activities: start, read, steer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from activities import blobs, services
from activities.detail import step_detail
from activities.engine.state import ActivityStatus
from activities.live import events_after, snapshot
from activities.messages import wire
from activities.models import Activity, DocumentFamily
from activities.steps.model_use import usage_of
from plans.access import require
from plans.errors import Invalid, NotFound
from plans.idempotency import Idempotent
from plans.models import Person, Plan, Project
from plans.requests import ROW_IDS
from plans.selectors import find_plan, find_project

EVENTS_AT_ONCE = 1000
SEQUENCE_DIGITS = 15
NAMED = 5  # ids in one sentence; a thousand would say no more


class ActivitySerializer(serializers.ModelSerializer[Activity]):
    """An activity in a list."""

    planSlug = serializers.CharField(source="plan.slug", read_only=True)
    planVersion = serializers.IntegerField(source="version.number", read_only=True)
    projectId = serializers.IntegerField(source="project_id", read_only=True)
    lifecycleState = serializers.CharField(source="status", read_only=True)
    inputs = serializers.JSONField(read_only=True)
    output = serializers.JSONField(read_only=True)
    error = serializers.JSONField(read_only=True)
    parentActivityId = serializers.UUIDField(source="parent_id", read_only=True, allow_null=True)
    triggerKind = serializers.CharField(source="trigger_kind", read_only=True)
    triggerMetadata = serializers.JSONField(source="trigger_metadata", read_only=True)
    badges = serializers.JSONField(read_only=True)
    currentSequence = serializers.IntegerField(source="seq", read_only=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    startedAt = serializers.DateTimeField(source="started_at", read_only=True, allow_null=True)
    finishedAt = serializers.DateTimeField(source="finished_at", read_only=True, allow_null=True)

    class Meta:
        model = Activity
        fields = [
            "id", "title", "description", "status", "lifecycleState", "outcome", "planSlug", "planVersion", "projectId",
            "inputs", "output", "error", "parentActivityId", "triggerKind", "triggerMetadata", "badges",
            "currentSequence", "createdAt", "startedAt", "finishedAt",
        ]  # fmt: skip


class ActivityDetailSerializer(ActivitySerializer):
    """An activity by itself: also what language models took for all of it, its name too (null: none was asked)."""

    usage = serializers.SerializerMethodField()

    class Meta(ActivitySerializer.Meta):
        fields = [*ActivitySerializer.Meta.fields, "usage"]

    @extend_schema_field(OpenApiTypes.ANY)
    def get_usage(self, activity: Activity) -> dict[str, Any] | None:
        """Return `{requests, inputTokens, outputTokens, cost, standIn, models}`."""
        return usage_of(activity)


class StartSerializer(serializers.Serializer[Any]):
    """What starts an activity."""

    activityPlanRef = serializers.CharField(help_text="slug, org/slug or activity-plan://org/slug")
    projectId = serializers.IntegerField(min_value=1, max_value=ROW_IDS)
    inputs = serializers.DictField(required=False, default=dict)
    variables = serializers.DictField(required=False, default=dict)
    documentFamilyIds = serializers.ListField(child=serializers.UUIDField(), required=False, default=list)
    title = serializers.CharField(required=False, default="", allow_blank=True, max_length=300)


class FilterSerializer(serializers.Serializer[Any]):
    """What narrows the list."""

    status = serializers.ChoiceField([status.value for status in ActivityStatus], required=False)
    plan = serializers.CharField(required=False, help_text="slug")
    project = serializers.IntegerField(required=False, min_value=1, max_value=ROW_IDS)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why somebody does something."""

    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)


class ActivityViewSet(
    Idempotent, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet[Activity]
):
    """Activities of the projects that the caller is a member of."""

    serializer_class = ActivitySerializer
    queryset = Activity.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Return the visible ones; `?status=`, `?plan=` and `?project=` narrow."""
        found = Activity.objects.visible_to(_person(self.request)).select_related("plan", "version")
        if self.action == "list":
            found = found.listed()
        return _narrowed(found, self.request) if self.action == "list" else found

    @extend_schema(responses=ActivityDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one activity."""
        return Response(
            ActivityDetailSerializer(self.get_object(), context=self.get_serializer_context()).data
        )

    @extend_schema(parameters=[FilterSerializer])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return activities, the newest first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=StartSerializer, responses={201: OpenApiTypes.OBJECT})
    def create(self, request: Request) -> Response:
        """Start an activity of a plan's published version."""
        sent = StartSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        values, person = sent.validated_data, _person(request)
        project = find_project(person, values["projectId"])
        require(person, "start", project)
        plan = _plan(person, project, values["activityPlanRef"])
        activity = services.start(
            plan,
            project=project,
            by=person,
            inputs=values["inputs"],
            variables=values["variables"],
            title=values["title"],
            documents=_documents(person, project, values["documentFamilyIds"]),
        )
        return Response(_state(activity), status=201)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def snapshot(self, request: Request, pk: UUID) -> Response:
        """Return the whole view with its sequence number."""
        return Response(wire(snapshot(self.get_object().pk)))

    @extend_schema(responses=OpenApiTypes.OBJECT, parameters=[OpenApiParameter("after", int)])
    @action(detail=True)
    def events(self, request: Request, pk: UUID) -> Response:
        """Return the events after `?after=`, in order, at most 1,000."""
        after = request.query_params.get("after", "0")
        if not after.isascii() or not after.isdigit() or len(after) > SEQUENCE_DIGITS:
            raise Invalid(
                _("after=%(value)s is no sequence number; use 0 or the last one you have")
                % {"value": after[:40]}
            )
        found = events_after(self.get_object().pk, int(after), limit=EVENTS_AT_ONCE)
        return Response({"events": [wire(event) for event in found]})

    @extend_schema(responses=ActivitySerializer(many=True))
    @action(detail=True)
    def children(self, request: Request, pk: UUID) -> Response:
        """Return the activities that steps of this one have started, newest first, in pages."""
        started = self.get_object().children.select_related("plan", "version").order_by("-created_at")
        page = self.paginate_queryset(started)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(responses=OpenApiTypes.ANY)
    @action(detail=True, url_path=r"blobs/(?P<digest>[0-9a-f]{64})", url_name="blob")
    def blob(self, request: Request, pk: UUID, digest: str) -> HttpResponse:
        """Return the JSON of a value that is too large to be shown with its step."""
        activity = self.get_object()
        content = blobs.used_content(activity, digest)
        if content is None:
            raise NotFound(_("this activity has no blob %(id)s") % {"id": digest})
        name = f'attachment; filename="{digest}.json"'
        return HttpResponse(content, content_type="application/json", headers={"Content-Disposition": name})

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def steps(self, request: Request, pk: UUID) -> Response:
        """Return all steps as they stand."""
        return Response({"steps": wire(snapshot(self.get_object().pk))["steps"]})

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True, url_path=r"steps/(?P<slug>[a-z0-9][a-z0-9_-]*)", url_name="step")
    def step(self, request: Request, pk: UUID, slug: str) -> Response:
        """Return everything about one step."""
        return Response(step_detail(self.get_object(), slug))

    @extend_schema(request=ReasonSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: UUID) -> Response:
        """End the activity now."""
        return self._steer(lambda id, by: services.cancel(id, by=by, reason=_reason(request)))

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: UUID) -> Response:
        """Start nothing new."""
        return self._steer(lambda id, by: services.pause(id, by=by))

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: UUID) -> Response:
        """Go on."""
        return self._steer(lambda id, by: services.resume(id, by=by))

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: UUID) -> Response:
        """Run failed and cancelled steps again."""
        return self._steer(lambda id, by: services.retry(id, by=by))

    @extend_schema(request=None, responses={201: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def replan(self, request: Request, pk: UUID) -> Response:
        """Start a fresh activity from the published version; this one is marked REPLANNED."""
        activity, person = self.get_object(), _person(request)
        require(person, "operate", activity.project)
        return Response(_state(services.replan(activity.pk, by=person)), status=201)

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(
        detail=True,
        methods=["post"],
        url_path=r"steps/(?P<slug>[a-z0-9][a-z0-9_-]*)/retry",
        url_name="step-retry",
    )
    def retry_step(self, request: Request, pk: UUID, slug: str) -> Response:
        """Run one failed or cancelled step again."""
        return self._steer(lambda id, by: services.retry_step(id, slug, by=by))

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(
        detail=True,
        methods=["post"],
        url_path=r"steps/(?P<slug>[a-z0-9][a-z0-9_-]*)/rerun",
        url_name="step-rerun",
    )
    def rerun_step(self, request: Request, pk: UUID, slug: str) -> Response:
        """Do a settled step, and all after it, again."""
        return self._steer(lambda id, by: services.rerun(id, slug, by=by))

    @extend_schema(request=ReasonSerializer, responses=OpenApiTypes.OBJECT)
    @action(
        detail=True,
        methods=["post"],
        url_path=r"steps/(?P<slug>[a-z0-9][a-z0-9_-]*)/skip",
        url_name="step-skip",
    )
    def skip_step(self, request: Request, pk: UUID, slug: str) -> Response:
        """Pass over a failed step, with a reason."""
        return self._steer(lambda id, by: services.skip_step(id, slug, by=by, reason=_reason(request)))

    def _steer(self, command: Callable[[UUID, Person], object]) -> Response:
        activity, person = self.get_object(), _person(self.request)
        require(person, "operate", activity.project)
        command(activity.pk, person)
        return Response(_state(activity))


def _narrowed(found: Any, request: Request) -> Any:
    given = FilterSerializer(data={name: value for name, value in request.query_params.items() if value})
    given.is_valid(raise_exception=True)
    columns = {"status": "status", "plan": "plan__slug", "project": "project_id"}
    return found.filter(**{columns[name]: value for name, value in given.validated_data.items()})


def _state(activity: Activity) -> dict[str, Any]:
    """The new state that every command answers with."""
    view = wire(snapshot(activity.pk))
    return {
        "id": str(activity.pk),
        "status": view["activity"]["status"],
        "seq": view["seq"],
        "snapshot": view,
    }


def _plan(person: Person, project: Project, reference: str) -> Plan:
    """Return the plan that `slug`, `org/slug` or `activity-plan://org/slug` names; raise NotFound, Invalid."""
    organization, _separator, slug = reference.removeprefix("activity-plan://").rpartition("/")
    if ":" in slug:
        raise Invalid(_("version-suffixed URIs are not supported; the published version is what starts"))
    if organization not in ("", project.organization.slug):
        raise NotFound(
            _('project %(project)s starts plans of organization "%(own)s", not of "%(other)s"')
            % {"project": project.slug, "own": project.organization.slug, "other": organization}
        )
    return find_plan(person, slug, organization=project.organization.slug)


def _documents(person: Person, project: Project, ids: list[UUID]) -> list[DocumentFamily]:
    found = {
        row.pk: row for row in DocumentFamily.objects.visible_to(person).filter(project=project, pk__in=ids)
    }
    missing = [str(id) for id in ids if id not in found]
    if missing:
        raise Invalid(_("unknown documents: %(ids)s") % {"ids": _some(missing)}, code="unknown-documents")
    return [found[id] for id in dict.fromkeys(ids)]


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:NAMED]) + (", …" if len(ids) > NAMED else "")


def _reason(request: Request) -> str:
    sent = ReasonSerializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return str(sent.validated_data["reason"])


def _person(request: Request) -> Person:
    assert isinstance(request.user, Person)
    return request.user
