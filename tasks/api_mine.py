"""The REST API of a person's own settings for tasks: who stands in."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from plans.errors import Invalid
from plans.idempotency import Idempotent
from plans.models import Person
from plans.requests import person_of
from tasks import substitutes
from tasks.api import WhoSerializer, body_of
from tasks.models import StandIn


class StandInSerializer(serializers.ModelSerializer[StandIn]):
    """Who stands in for the caller, from when to when."""

    substitute = WhoSerializer(read_only=True)
    startsAt = serializers.DateTimeField(source="starts_at", read_only=True)
    endsAt = serializers.DateTimeField(source="ends_at", read_only=True)

    class Meta:
        model = StandIn
        fields = ["id", "substitute", "startsAt", "endsAt"]


class NewStandInSerializer(serializers.Serializer[Any]):
    """A stand-in: a user name of one of the caller's projects, and the time."""

    substitute = serializers.CharField(max_length=150)
    startsAt = serializers.DateTimeField()
    endsAt = serializers.DateTimeField()


class StandInsView(Idempotent, APIView):
    """The caller's own stand-ins."""

    @extend_schema(responses=StandInSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return those of now and to come."""
        rows = substitutes.mine(person_of(request)).select_related("substitute")
        return Response(StandInSerializer(rows, many=True).data)

    @extend_schema(request=NewStandInSerializer, responses={201: StandInSerializer})
    def post(self, request: Request) -> Response:
        """Let somebody do what waits for the caller, for a time."""
        owner, sent = person_of(request), body_of(NewStandInSerializer, request)
        named = Person.objects.filter(username=sent["substitute"]).first()
        if named not in substitutes.whom(owner):
            text = _('"%(name)s" is in none of your projects.')
            raise Invalid(text % {"name": sent["substitute"]}, code="no-such-substitute")
        made = substitutes.stand_in(
            owner, substitute=named, starts_at=sent["startsAt"], ends_at=sent["endsAt"]
        )
        return Response(StandInSerializer(made).data, status=201)


class StandInView(APIView):
    """One of the caller's stand-ins."""

    @extend_schema(parameters=[OpenApiParameter("stand_in_id", int, "path")], responses={204: None})
    def delete(self, request: Request, stand_in_id: str) -> Response:
        """End it now."""
        substitutes.end(person_of(request), int(stand_in_id))
        return Response(status=204)
