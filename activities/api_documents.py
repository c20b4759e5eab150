"""The API of documents: list, upload, look at."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import BaseRouter
from rest_framework.viewsets import GenericViewSet

from activities.documents import upload
from activities.models import DocumentFamily, DocumentStore
from plans.errors import Invalid, NotFound
from plans.idempotency import Idempotent
from plans.models import Project
from plans.requests import body_of, person_of
from plans.selectors import find_project


class DocumentSerializer(serializers.ModelSerializer[DocumentFamily]):
    """A document family; its file is at `url`."""

    projectId = serializers.IntegerField(source="project_id")
    store = serializers.SlugRelatedField[DocumentStore](slug_field="slug", read_only=True)
    createdBy = serializers.CharField(source="created_by.name", default=None)
    createdAt = serializers.DateTimeField(source="created_at")
    url = serializers.SerializerMethodField()

    class Meta:
        model = DocumentFamily
        fields = [
            *("id", "projectId", "store", "name", "mime", "size", "digest", "metadata", "labels", "status"),
            *("createdBy", "createdAt", "url"),
        ]
        read_only_fields = fields

    def get_url(self, document: DocumentFamily) -> str:
        """Return the address of the file."""
        return reverse("activities:document-file", args=[document.pk])


class UploadSerializer(serializers.Serializer[Any]):
    """A form with a file, the project it goes to, perhaps the slug of a store and a name."""

    file = serializers.FileField()
    projectId = serializers.IntegerField()
    store = serializers.CharField(required=False)
    name = serializers.CharField(required=False)


class StoreSerializer(serializers.ModelSerializer[DocumentStore]):
    """A document store."""

    projectId = serializers.IntegerField(source="project_id")

    class Meta:
        model = DocumentStore
        fields = ["id", "projectId", "slug", "name"]


@extend_schema(tags=["documents"])
class DocumentApi(
    Idempotent, mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[DocumentFamily]
):
    """Documents of the person's projects."""

    serializer_class = DocumentSerializer
    parser_classes = [MultiPartParser]
    lookup_value_regex = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    queryset = DocumentFamily.objects.none()

    def get_queryset(self) -> QuerySet[DocumentFamily]:
        """Keep what the person may see; `?projectId=`, `?search=`."""
        found = (
            DocumentFamily.objects.visible_to(person_of(self.request)).with_people().select_related("store")
        )
        if reference := self.request.query_params.get("projectId"):
            found = found.filter(project=find_project(person_of(self.request), reference))
        return found.search(self.request.query_params.get("search", ""))

    @extend_schema(
        parameters=[
            OpenApiParameter("projectId", str, description="Documents of one project."),
            OpenApiParameter("search", str, description="Words of the name."),
        ]
    )
    def list(self, request: Request) -> Response:
        """List them, newest first."""
        return super().list(request)

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: DocumentSerializer})
    def create(self, request: Request) -> Response:
        """Upload the form field `file` into `projectId` (and `store`, a slug); `name` replaces the file's own."""
        project = find_project(person_of(request), body_of(request).get("projectId"))
        file = request.FILES.get("file")
        if file is None:
            raise Invalid(_('send the file as form field "file"'), code="file-missing")
        name = str(body_of(request).get("name") or file.name)
        store = _store(project, body_of(request).get("store"))
        document = upload(project, name=name, file=file, by=person_of(request), store=store)
        return Response(self.get_serializer(document).data, status=status.HTTP_201_CREATED)


@extend_schema(tags=["document-stores"])
class StoreApi(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet[DocumentStore]):
    """Document stores of the person's projects."""

    serializer_class = StoreSerializer
    lookup_value_regex = r"\d{1,18}"
    queryset = DocumentStore.objects.none()

    def get_queryset(self) -> QuerySet[DocumentStore]:
        """Keep those of the person's projects."""
        return DocumentStore.objects.filter(project__memberships__person=person_of(self.request))


def routes(router: BaseRouter) -> None:
    """Register the addresses."""
    router.register("documents", DocumentApi, basename="api-document")
    router.register("document-stores", StoreApi, basename="api-document-store")


def _store(project: Project, slug: Any) -> DocumentStore | None:
    if not slug:
        return None
    store = DocumentStore.objects.filter(project=project, slug=str(slug)).first()
    if store is None:
        raise NotFound(
            _('project %(project)s has no store "%(slug)s"') % {"project": project.slug, "slug": slug}
        )
    return store
