"""The REST API of what people do with each other's work: ask and answer, delegate."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from plans.errors import Invalid
from plans.idempotency import Idempotent
from plans.models import Person
from plans.requests import ROW_IDS, person_of
from tasks import approvers, asking, delegation
from tasks.api import CommentSerializer, WholeTaskSerializer, answer_of, body_of
from tasks.models import Task

OF_A_TASK = [OpenApiParameter("task_id", UUID, "path")]


class AskSerializer(serializers.Serializer[Any]):
    """A question; `of` is a user name of the project, without it whoever started the activity."""

    text = serializers.CharField()
    of = serializers.CharField(max_length=150, required=False, default=None, allow_null=True)


class AnswerSerializer(serializers.Serializer[Any]):
    """An answer; `question` is the id of a question to the caller, without it the oldest that waits."""

    text = serializers.CharField()
    question = serializers.IntegerField(
        required=False, default=None, allow_null=True, min_value=1, max_value=ROW_IDS
    )


class AskView(Idempotent, APIView):
    """A question about a task or an approval, which stays open."""

    @extend_schema(request=AskSerializer, responses={201: CommentSerializer}, parameters=OF_A_TASK)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Put a question to the requester or to a member of the project."""
        task, sent = task_of(request, task_id), body_of(AskSerializer, request)
        of = member_of(task, sent["of"]) if sent["of"] else None
        made = asking.ask(task, by=person_of(request), text=sent["text"], of=of)
        return Response(CommentSerializer(made).data, status=201)


class AnswerView(Idempotent, APIView):
    """The answer to a question."""

    @extend_schema(request=AnswerSerializer, responses={201: CommentSerializer}, parameters=OF_A_TASK)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Answer a question that was put to the caller."""
        task, sent = task_of(request, task_id), body_of(AnswerSerializer, request)
        made = asking.answer(task, by=person_of(request), text=sent["text"], question=sent["question"])
        return Response(CommentSerializer(made).data, status=201)


class DelegateSerializer(serializers.Serializer[Any]):
    """To whom, and up to when; without `until` for good."""

    to = serializers.CharField(max_length=150, help_text="a user name of the project")
    until = serializers.DateTimeField(required=False, default=None, allow_null=True)


class DelegateView(Idempotent, APIView):
    """A task or an approval that somebody else may do as well."""

    @extend_schema(request=DelegateSerializer, responses=WholeTaskSerializer, parameters=OF_A_TASK)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Delegate it; the caller stays responsible."""
        task, sent = task_of(request, task_id), body_of(DelegateSerializer, request)
        to = member_of(task, sent["to"])
        return answer_of(delegation.delegate(task, by=person_of(request), to=to, until=sent["until"]))


class RecallView(Idempotent, APIView):
    """The end of a delegation before its time."""

    @extend_schema(request=None, responses=WholeTaskSerializer, parameters=OF_A_TASK)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Take back what the caller has delegated."""
        return answer_of(delegation.recall(task_of(request, task_id), by=person_of(request)))


class ApproverSerializer(serializers.Serializer[Any]):
    """An approver: a user name of the project."""

    person = serializers.CharField(max_length=150)


class AddApproverView(Idempotent, APIView):
    """One more person who decides an approval that waits."""

    @extend_schema(request=ApproverSerializer, responses=WholeTaskSerializer, parameters=OF_A_TASK)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Let the person decide as well; for operators."""
        task, sent = task_of(request, task_id), body_of(ApproverSerializer, request)
        person = member_of(task, sent["person"])
        return answer_of(approvers.add(task, by=person_of(request), person=person))


class RemoveApproverView(Idempotent, APIView):
    """One person less who decides an approval that waits."""

    @extend_schema(request=ApproverSerializer, responses=WholeTaskSerializer, parameters=OF_A_TASK)
    def post(self, request: Request, task_id: UUID) -> Response:
        """Ask the person no longer, and count again; for operators."""
        task, sent = task_of(request, task_id), body_of(ApproverSerializer, request)
        person = member_of(task, sent["person"])
        return answer_of(approvers.remove(task, by=person_of(request), person=person))


def task_of(request: Request, task_id: UUID) -> Task:
    """Return the task if the caller may see it; 404 otherwise."""
    return get_object_or_404(Task.objects.visible_to(person_of(request)).with_context(), pk=task_id)


def member_of(task: Task, name: str) -> Person:
    """Return the member of the task's project; raise Invalid for a name that is none."""
    found = Person.objects.filter(memberships__project=task.project_id, username=name).first()
    if found is None:
        raise Invalid(_('"%(name)s" is no member of this project.') % {"name": name}, code="no-such-person")
    return found
