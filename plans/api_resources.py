"""The API of what plans refer to, of projects and organizations, and of bindings."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from plans import services
from plans.access import VERBS
from plans.api import ORGANIZATION
from plans.errors import Invalid, NotFound
from plans.idempotency import Idempotent
from plans.models import (
    AgentRuntime,
    Binding,
    Organization,
    Project,
    PromptTemplate,
    ScriptModule,
    ServiceBridge,
    TaskStatus,
    TaskTemplate,
)
from plans.models.resources import Resource
from plans.requests import body_of, person_of
from plans.selectors import find_organization, find_project


class ResourceSerializer(serializers.Serializer[Any]):
    """What all resources of an organization have."""

    slug = serializers.RegexField(r"^[a-z0-9-]+\Z", max_length=80)
    name = serializers.CharField(max_length=200)
    description = serializers.CharField(required=False, allow_blank=True)
    organization = serializers.CharField(source="organization.slug", read_only=True)
    changeSequence = serializers.IntegerField(source="change_sequence", required=False, min_value=0)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)


class TaskTemplateSerializer(ResourceSerializer):
    """A task template."""

    metadata = serializers.JSONField()


class TaskStatusSerializer(ResourceSerializer):
    """A task status."""

    statusType = serializers.ChoiceField(source="status_type", choices=TaskStatus.Type.choices)
    color = serializers.CharField(required=False, allow_blank=True, max_length=16)
    sequence = serializers.IntegerField(required=False, min_value=0)


class ServiceBridgeSerializer(ResourceSerializer):
    """A service bridge; its definition names secrets, it never holds them."""

    definition = serializers.JSONField()


class PromptTemplateSerializer(ResourceSerializer):
    """A prompt template."""

    prompt = serializers.CharField(trim_whitespace=False)


class AgentRuntimeSerializer(ResourceSerializer):
    """An agent runtime."""

    definition = serializers.JSONField()


class ScriptModuleSerializer(ResourceSerializer):
    """A script module."""

    script = serializers.CharField(trim_whitespace=False)


class _ResourceApi(Idempotent, mixins.ListModelMixin, GenericViewSet[Any]):
    lookup_field = "slug"
    lookup_value_regex = "[a-z0-9-]+"
    model: ClassVar[type[Resource]]

    def get_queryset(self) -> QuerySet[Any]:
        """Keep what belongs to organizations of the person."""
        found = self.model.objects.visible_to(person_of(self.request)).select_related("organization")
        organization = self.request.query_params.get("organization")
        return found.filter(organization__slug=organization) if organization else found

    @extend_schema(parameters=[ORGANIZATION])
    def list(self, request: Request) -> Response:
        """List them, newest first; `?organization=`."""
        return super().list(request)

    @extend_schema(parameters=[ORGANIZATION])
    def retrieve(self, request: Request, slug: str) -> Response:
        """Return one; the ETag is its change sequence."""
        return self._answer(self._one(slug))

    @extend_schema(parameters=[ORGANIZATION])
    def create(self, request: Request) -> Response:
        """Make one; 409 if there is one of its slug."""
        values = self._values(request)
        organization = find_organization(
            person_of(request),
            request.query_params.get("organization") or body_of(request).get("organization"),
        )
        values.pop("change_sequence", None)
        saved = services.save_resource(
            self.model, organization, values.pop("slug"), values, by=person_of(request), expected=0
        )
        return self._answer(saved, status.HTTP_201_CREATED)

    @extend_schema(parameters=[ORGANIZATION])
    def update(self, request: Request, slug: str) -> Response:
        """Change one; a `changeSequence` that is old is a 409."""
        row = self._one(slug)
        values = self._values(request)
        if values.pop("slug") != slug:
            raise Invalid(_("the slug of what exists can't be changed; make another one"))
        expected = values.pop("change_sequence", None)
        saved = services.save_resource(
            self.model, row.organization, slug, values, by=person_of(request), expected=expected
        )
        return self._answer(saved)

    @extend_schema(parameters=[ORGANIZATION], responses={204: None})
    def destroy(self, request: Request, slug: str) -> Response:
        """Delete one that no project is bound to."""
        services.delete_resource(self._one(slug), by=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _one(self, slug: str) -> Any:
        rows = list(self.get_queryset().filter(slug=slug)[:2])
        if not rows:
            raise NotFound(_('there is no "%(slug)s", or not for you') % {"slug": slug})
        if len(rows) > 1:
            raise Invalid(_("several could be meant; name one by organization"), code="ambiguous")
        return rows[0]

    def _values(self, request: Request) -> dict[str, Any]:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _answer(self, row: Any, code: int = status.HTTP_200_OK) -> Response:
        return Response(
            self.get_serializer(row).data, status=code, headers={"ETag": f'"{row.change_sequence}"'}
        )


@extend_schema(tags=["task-templates"])
class TaskTemplateApi(_ResourceApi):
    """Task templates of the person's organizations."""

    model = TaskTemplate
    serializer_class = TaskTemplateSerializer


@extend_schema(tags=["task-statuses"])
class TaskStatusApi(_ResourceApi):
    """Task statuses of the person's organizations."""

    model = TaskStatus
    serializer_class = TaskStatusSerializer


@extend_schema(tags=["service-bridges"])
class ServiceBridgeApi(_ResourceApi):
    """Service bridges of the person's organizations."""

    model = ServiceBridge
    serializer_class = ServiceBridgeSerializer


@extend_schema(tags=["prompt-templates"])
class PromptTemplateApi(_ResourceApi):
    """Prompt templates of the person's organizations."""

    model = PromptTemplate
    serializer_class = PromptTemplateSerializer


@extend_schema(tags=["agent-runtimes"])
class AgentRuntimeApi(_ResourceApi):
    """Agent runtimes of the person's organizations."""

    model = AgentRuntime
    serializer_class = AgentRuntimeSerializer


@extend_schema(tags=["script-modules"])
class ScriptModuleApi(_ResourceApi):
    """Script modules of the person's organizations."""

    model = ScriptModule
    serializer_class = ScriptModuleSerializer


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    """An organization."""

    timeZone = serializers.CharField(source="time_zone")

    class Meta:
        model = Organization
        fields = ["id", "slug", "name", "timeZone"]


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """A project, with what the person may do there."""

    organization = serializers.SlugRelatedField[Organization](slug_field="slug", read_only=True)
    roles = serializers.SerializerMethodField()
    verbs = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = ["id", "slug", "name", "organization", "roles", "verbs"]

    def get_roles(self, project: Project) -> list[str]:
        """Return the person's roles."""
        return sorted(role.slug for membership in project.mine for role in membership.roles.all())  # type: ignore[attr-defined]

    def get_verbs(self, project: Project) -> list[str]:
        """Return what those roles allow."""
        roles = set(self.get_roles(project))
        return sorted(verb for verb, allowed in VERBS.items() if roles & allowed)


@extend_schema(tags=["organizations"])
class OrganizationApi(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Organization]):
    """Organizations in which the person is a member of a project."""

    serializer_class = OrganizationSerializer
    lookup_field = "slug"
    lookup_value_regex = "[a-z0-9-]+"
    queryset = Organization.objects.none()

    def get_queryset(self) -> QuerySet[Organization]:
        """Keep the person's."""
        return Organization.objects.filter(memberships__person=person_of(self.request)).distinct()


@extend_schema(tags=["projects"])
class ProjectApi(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[Project]):
    """Projects that the person is a member of."""

    serializer_class = ProjectSerializer
    lookup_value_regex = r"\d{1,18}"
    queryset = Project.objects.none()

    def get_queryset(self) -> QuerySet[Project]:
        """Keep the person's, with the person's roles."""
        return Project.objects.visible_to(person_of(self.request)).with_roles_of(person_of(self.request))


class BindingSerializer(serializers.ModelSerializer[Binding]):
    """A binding of a resource to a project."""

    projectId = serializers.IntegerField(source="project_id", read_only=True)
    resourceType = serializers.CharField(source="resource_type")
    resourceSlug = serializers.CharField(source="resource_slug")
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)

    class Meta:
        model = Binding
        fields = ["id", "projectId", "resourceType", "resourceSlug", "createdAt"]


class BindSerializer(serializers.Serializer[Any]):
    """What is bound to which project; `resourceUri` says the slug in another way."""

    projectId = serializers.IntegerField()
    resourceType = serializers.CharField()
    resourceSlug = serializers.CharField(required=False)
    resourceUri = serializers.CharField(required=False)


@extend_schema(tags=["project-resources"])
class BindingApi(Idempotent, mixins.ListModelMixin, GenericViewSet[Binding]):
    """What projects may use of their organization."""

    serializer_class = BindingSerializer
    lookup_value_regex = r"\d{1,18}"
    queryset = Binding.objects.none()

    def get_queryset(self) -> QuerySet[Binding]:
        """Keep bindings of the person's projects; `?projectId=`, `?resourceType=`."""
        person = person_of(self.request)
        found = Binding.objects.filter(project__memberships__person=person).select_related("project")
        if reference := self.request.query_params.get("projectId"):
            found = found.filter(project=find_project(person, reference))
        if resource_type := self.request.query_params.get("resourceType"):
            found = found.filter(resource_type=resource_type)
        return found

    @extend_schema(
        parameters=[
            OpenApiParameter("projectId", str, description="Bindings of one project."),
            OpenApiParameter("resourceType", str, description="Bindings of one type."),
        ]
    )
    def list(self, request: Request) -> Response:
        """List them, newest first."""
        return super().list(request)

    @extend_schema(request=BindSerializer, responses={200: BindingSerializer, 201: BindingSerializer})
    def create(self, request: Request) -> Response:
        """Bind `{projectId, resourceType, resourceSlug}` (or `resourceUri`): 201 new, 200 existing."""
        person = person_of(request)
        project = find_project(person, body_of(request).get("projectId"))
        resource_type = str(body_of(request).get("resourceType") or "")
        slug = _slug(body_of(request).get("resourceSlug") or body_of(request).get("resourceUri"))
        binding, made = services.bind(project, resource_type, slug, by=person)
        shape = {**self.get_serializer(binding).data, "status": "created" if made else "existing"}
        return Response(shape, status=status.HTTP_201_CREATED if made else status.HTTP_200_OK)

    @extend_schema(request=BindSerializer, responses={200: BindingSerializer, 201: BindingSerializer})
    @action(detail=False, methods=["post"])
    def bind(self, request: Request) -> Response:
        """Do the same as a POST to the collection."""
        return self.create(request)

    def destroy(self, request: Request, pk: str) -> Response:
        """Unbind."""
        binding = self.get_queryset().filter(pk=int(pk)).first()
        if binding is None:
            raise NotFound(_("there is no such binding, or not for you"))
        services.unbind(binding, by=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _slug(reference: object) -> str:
    """Return the slug of `slug` or `activity-plan://org/slug`."""
    text = str(reference or "")
    if ":" in text.rsplit("/", 1)[-1]:
        raise Invalid(_("version-suffixed URIs are not supported"))
    return text.rsplit("/", 1)[-1]
