"""The REST API of tasks and approvals: read, claim, finish, decide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from activities.models import Activity
from plans.errors import Conflict, Invalid, NotFound
from plans.idempotency import Idempotent
from plans.models import Person, Project
from plans.requests import ROW_IDS, person_of
from tasks import approvals, delegation, queue, services
from tasks.definitions import definition_of
from tasks.models import Comment, Decision, Delegation, Task

SLUG = r"[^/]{1,120}"
UUID_PATTERN = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"


class WhoSerializer(serializers.ModelSerializer[Person]):
    """A person, as others see them."""

    class Meta:
        model = Person
        fields = ["id", "username", "name"]


class ActivityStateSerializer(serializers.ModelSerializer[Activity]):
    """Where the task's activity stands; `seq` is that of its last event."""

    class Meta:
        model = Activity
        fields = ["id", "title", "status", "seq"]


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """One person's decision."""

    by = WhoSerializer(source="person", read_only=True)
    owner = WhoSerializer(read_only=True, allow_null=True, help_text="for whom, if for another")

    class Meta:
        model = Decision
        fields = ["by", "owner", "outcome", "comment", "at"]


class DelegationSerializer(serializers.ModelSerializer[Delegation]):
    """Who may do the task for whom."""

    owner = WhoSerializer(read_only=True)
    delegate = WhoSerializer(read_only=True)

    class Meta:
        model = Delegation
        fields = ["owner", "delegate", "until", "at"]


class CommentSerializer(serializers.ModelSerializer[Comment]):
    """A comment, a question to somebody, or the answer to one."""

    by = WhoSerializer(source="person", read_only=True)
    asked = WhoSerializer(read_only=True, allow_null=True)
    question = serializers.PrimaryKeyRelatedField[Comment](read_only=True, allow_null=True)

    class Meta:
        model = Comment
        fields = ["id", "by", "kind", "text", "asked", "question", "at"]


class TaskSerializer(serializers.ModelSerializer[Task]):
    """A task or an approval, with the state of its activity."""

    activity = ActivityStateSerializer(read_only=True)
    projectId = serializers.IntegerField(source="project_id", read_only=True)
    stepSlug = serializers.CharField(source="step_slug", read_only=True)
    taskTemplateRef = serializers.CharField(source="template", read_only=True)
    statusSlug = serializers.CharField(source="status_slug", read_only=True)
    dueAt = serializers.DateTimeField(source="due_at", read_only=True, allow_null=True)
    standing = serializers.ChoiceField(["on-time", "due-soon", "overdue", ""], read_only=True)
    assignee = WhoSerializer(read_only=True, allow_null=True)
    claimedAt = serializers.DateTimeField(source="claimed_at", read_only=True, allow_null=True)
    data = serializers.JSONField(read_only=True)  # type: ignore[assignment]  # a field, not Serializer.data
    doneBy = WhoSerializer(source="done_by", read_only=True, allow_null=True)
    doneAt = serializers.DateTimeField(source="done_at", read_only=True, allow_null=True)
    changeSequence = serializers.IntegerField(source="change_sequence", read_only=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)

    class Meta:
        model = Task
        fields = [
            "id", "kind", "title", "description", "status", "statusSlug", "priority", "dueAt", "standing", "projectId",
            "activity", "stepSlug", "run", "taskTemplateRef", "assignee", "claimedAt", "data", "action", "comment",
            "doneBy", "doneAt", "changeSequence", "createdAt",
        ]  # fmt: skip


class WholeTaskSerializer(TaskSerializer):
    """A task with all that it takes to do it: form, actions, decisions, comments, who it is for."""

    form = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()
    given = serializers.JSONField(read_only=True)
    candidates = serializers.SerializerMethodField()
    decisions = DecisionSerializer(many=True, read_only=True)
    comments = CommentSerializer(many=True, read_only=True)
    delegations = serializers.SerializerMethodField()

    class Meta(TaskSerializer.Meta):
        fields = [
            *TaskSerializer.Meta.fields,
            "form",
            "actions",
            "given",
            "candidates",
            "decisions",
            "comments",
            "delegations",
        ]

    @extend_schema_field(DelegationSerializer(many=True))
    def get_delegations(self, task: Task) -> list[dict[str, Any]]:
        """Return who may do it for whom now."""
        return list(DelegationSerializer(delegation.in_force(task), many=True).data)

    def get_form(self, task: Task) -> dict[str, Any] | None:
        """Return the JSON Schema of the form, null without one."""
        form = definition_of(task.definition).form
        return dict(form) if form is not None else None

    def get_actions(self, task: Task) -> list[dict[str, Any]]:
        """Return what ends the task: actions of its template, or what can be decided."""
        if task.is_approval:
            return [
                {"slug": outcome, "requireComment": approvals.takes_comment(task, outcome)}
                for outcome in approvals.outcomes(task)
            ]
        return [offered.as_json() for offered in definition_of(task.definition).offered()]

    def get_candidates(self, task: Task) -> list[dict[str, str]]:
        """Return whom it is for, each a person, a role or a team."""
        rows = task.candidates.select_related("person", "team")
        return [
            {"person": row.person.username}
            if row.person
            else {"team": row.team.slug}
            if row.team
            else {"role": row.role}
            for row in rows
        ]


class FilterSerializer(serializers.Serializer[Any]):
    """What narrows the list."""

    mine = serializers.BooleanField(required=False, default=False, help_text="what the caller could do now")
    status = serializers.ChoiceField(Task.Status.choices, required=False)
    kind = serializers.ChoiceField(Task.Kind.choices, required=False)
    activity = serializers.UUIDField(required=False)
    project = serializers.IntegerField(required=False, min_value=1, max_value=ROW_IDS)
    assignee = serializers.CharField(required=False, help_text='a user name, "me" or "none"')


class NextSerializer(serializers.Serializer[Any]):
    """Where to take the next task from; without a project, from all of the caller's."""

    project = serializers.IntegerField(
        required=False, default=None, allow_null=True, min_value=1, max_value=ROW_IDS
    )


class BulkSerializer(serializers.Serializer[Any]):
    """What to do with many tasks; with `dryRun` nothing is done, and the answer says what would be."""

    verb = serializers.ChoiceField(queue.VERBS)
    tasks = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=queue.MOST_AT_ONCE)
    dryRun = serializers.BooleanField(required=False, default=False)


class FateSerializer(serializers.Serializer[Any]):
    """What happened, or would happen, to one of many tasks; `refusal` is null where the verb is carried out."""

    task = TaskSerializer(read_only=True)
    refusal = serializers.SerializerMethodField()

    def get_refusal(self, fate: queue.Fate) -> str | None:
        """Return why not."""
        return fate.why_not or None


class AssignSerializer(serializers.Serializer[Any]):
    """To whom a task goes."""

    to = serializers.CharField(max_length=150, help_text="a user name of the project")


class ActSerializer(serializers.Serializer[Any]):
    """How a task ends; without `data` the caller's draft is sent, or the form as it was prefilled."""

    data = serializers.DictField(required=False, default=None, allow_null=True)  # type: ignore[assignment]
    comment = serializers.CharField(required=False, default="", allow_blank=True)


class DraftSerializer(serializers.Serializer[Any]):
    """What is typed so far."""

    data = serializers.DictField()  # type: ignore[assignment]
    comment = serializers.CharField(required=False, default="", allow_blank=True)


class RemarkSerializer(serializers.Serializer[Any]):
    """A comment."""

    text = serializers.CharField()


class DecideSerializer(serializers.Serializer[Any]):
    """A decision: `approved`, `rejected`, or `needs-info` where it is offered. `run` guards against a newer run."""

    outcome = serializers.CharField(max_length=12)
    comment = serializers.CharField(required=False, default="", allow_blank=True)
    run = serializers.IntegerField(required=False, default=None, allow_null=True)


class TaskViewSet(
    Idempotent, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet[Task]
):
    """Tasks and approvals of the projects that the caller is a member of."""

    serializer_class = TaskSerializer
    queryset = Task.objects.none()
    lookup_value_regex = UUID_PATTERN

    def get_queryset(self) -> Any:
        """Return the visible ones; in a list, narrowed."""
        found = Task.objects.visible_to(person_of(self.request)).with_context()
        return _narrowed(found, self.request) if self.action == "list" else found

    def get_serializer_class(self) -> type[TaskSerializer]:
        """Lists are short, single tasks whole."""
        return TaskSerializer if self.action == "list" else WholeTaskSerializer

    @extend_schema(parameters=[FilterSerializer])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return tasks, the newest first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=NextSerializer, responses=WholeTaskSerializer)
    @action(detail=False, methods=["post"], url_name="next")
    def next(self, request: Request) -> Response:
        """Claim the most pressing free task for the caller: by priority, what is due, and age; 404 if there is none."""
        person, wanted = person_of(request), body_of(NextSerializer, request)["project"]
        projects = Project.objects.visible_to(person)
        return answer_of(
            queue.take_next(person, list(projects if wanted is None else projects.filter(pk=wanted)))
        )

    @extend_schema(request=BulkSerializer, responses=FateSerializer(many=True))
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Claim or release many tasks, each by itself; the answer has one entry a task, in the order sent."""
        sent = body_of(BulkSerializer, request)
        act = queue.foresee if sent["dryRun"] else queue.carry_out
        return Response(FateSerializer(act(person_of(request), sent["verb"], sent["tasks"]), many=True).data)

    @extend_schema(request=None, responses=WholeTaskSerializer)
    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: UUID) -> Response:
        """Take the task."""
        return answer_of(services.claim(self.get_object(), by=person_of(request)))

    @extend_schema(request=None, responses=WholeTaskSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: UUID) -> Response:
        """Give the task back."""
        return answer_of(services.release(self.get_object(), by=person_of(request)))

    @extend_schema(request=AssignSerializer, responses=WholeTaskSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: UUID) -> Response:
        """Give the task to a member of the project."""
        task, sent = self.get_object(), body_of(AssignSerializer, request)
        to = Person.objects.filter(memberships__project=task.project_id, username=sent["to"]).first()
        if to is None:
            raise Invalid(
                _('"%(name)s" is no member of this project.') % {"name": sent["to"]}, code="no-such-assignee"
            )
        return answer_of(services.assign(task, by=person_of(request), to=to))

    @extend_schema(request=ActSerializer, responses=WholeTaskSerializer)
    @action(detail=True, methods=["post"], url_path=rf"actions/(?P<slug>{SLUG})")
    def act(self, request: Request, pk: UUID, slug: str) -> Response:
        """End the task with one of its actions."""
        sent = body_of(ActSerializer, request)
        task, by = self.get_object(), person_of(request)
        return answer_of(
            services.complete(task, by=by, action=slug, data=sent["data"], comment=sent["comment"])
        )

    @extend_schema(request=ActSerializer, responses=WholeTaskSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: UUID) -> Response:
        """End a task whose template has no actions."""
        sent = body_of(ActSerializer, request)
        task, by = self.get_object(), person_of(request)
        return answer_of(
            services.complete(task, by=by, action="", data=sent["data"], comment=sent["comment"])
        )

    @extend_schema(request=DraftSerializer, responses=WholeTaskSerializer)
    @action(detail=True, methods=["post"])
    def draft(self, request: Request, pk: UUID) -> Response:
        """Keep what the caller has typed so far."""
        task, sent = self.get_object(), body_of(DraftSerializer, request)
        kept = services.save_draft(task, by=person_of(request), data=sent["data"], comment=sent["comment"])
        return Response({"data": kept.data, "comment": kept.comment, "updatedAt": kept.updated_at})

    @extend_schema(request=RemarkSerializer, responses={201: CommentSerializer})
    @action(detail=True, methods=["post"])
    def comments(self, request: Request, pk: UUID) -> Response:
        """Write a comment."""
        task, sent = self.get_object(), body_of(RemarkSerializer, request)
        made = services.comment(task, by=person_of(request), text=sent["text"])
        return Response(CommentSerializer(made).data, status=201)


class DecideView(Idempotent, APIView):
    """The decision on an approval, addressed by its activity and step."""

    @extend_schema(
        request=DecideSerializer,
        responses=WholeTaskSerializer,
        parameters=[OpenApiParameter("activity_id", UUID, "path"), OpenApiParameter("slug", str, "path")],
    )
    def post(self, request: Request, activity_id: UUID, slug: str) -> Response:
        """Approve, reject or send back."""
        person = person_of(request)
        get_object_or_404(Activity.objects.visible_to(person).only("pk"), pk=activity_id)
        sent = body_of(DecideSerializer, request)
        task = _approval(person, activity_id, slug)
        if sent["run"] not in (None, task.run):
            text = _("The step is in run %(run)d now; load it again and decide anew.")
            raise Conflict(text % {"run": task.run}, code="newer-run", run=task.run)
        return answer_of(approvals.decide(task, by=person, outcome=sent["outcome"], comment=sent["comment"]))


def _approval(person: Person, activity_id: UUID, slug: str) -> Task:
    """Return the step's approval of the newest run, open or not."""
    found = Task.objects.visible_to(person).filter(
        activity=activity_id, step_slug=slug, kind=Task.Kind.APPROVAL
    )
    task = found.with_context().order_by("-run", "-created_at").first()
    if task is None:
        text = _('The step "%(step)s" waits for no decision.')
        raise NotFound(text % {"step": slug}, code="no-approval")
    return task


def _narrowed(found: Any, request: Request) -> Any:
    given = FilterSerializer(data=request.query_params)
    given.is_valid(raise_exception=True)
    values, person = given.validated_data, person_of(request)
    if values["mine"]:
        found = found.filter(pk__in=Task.objects.waiting_for(person).values("pk"))
    for key in ("status", "kind", "activity", "project"):
        if key in values:
            found = found.filter(**{key: values[key]})
    match values.get("assignee"):
        case None:
            return found
        case "me":
            return found.filter(assignee=person)
        case "none":
            return found.filter(assignee=None)
        case name:
            return found.filter(assignee__username=name)


def body_of(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return what was sent, as the serializer reads it."""
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    values: dict[str, Any] = given.validated_data
    return values


def answer_of(task: Task) -> Response:
    """The new state that every command answers with."""
    return Response(WholeTaskSerializer(services.fresh(task)).data)
