"""What the plan editor asks of runs: try a plan, its cases, one text of it; and the data of earlier runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from activities.errors import ActivityUnknown
from activities.run_data import NEWEST, run_data, run_line, runs_of
from activities.trial import warm
from activities.trial.evaluating import LANGUAGES, evaluate
from activities.trial.trying import Wanted, try_cases, try_plan
from plans.access import may_in, require_in
from plans.api import ORGANIZATION
from plans.bodies import document_in
from plans.errors import Invalid
from plans.models import Organization
from plans.parsers import EditorBody
from plans.requests import body_of, person_of
from plans.router import Router
from plans.selectors import find_organization, find_plan

LONGEST_TEXT = 200_000
ANSWER = extend_schema(
    parameters=[ORGANIZATION], request=OpenApiTypes.OBJECT, responses={200: OpenApiTypes.OBJECT}
)


@extend_schema(tags=["plan-editor"])
class TrialApi(ViewSet):
    """Plans tried before they are saved, in a throwaway database; for those who may author plans."""

    parser_classes = [EditorBody]

    @ANSWER
    @action(detail=False, methods=["post"], url_path="try", url_name="try")
    def walk(self, request: Request) -> Response:
        """Walk through a document with mocks: what happened in order, who is waited for, what needs a mock.

        503 while too many plans are being tried.
        """
        organization = _organization(request)
        body = body_of(request)
        document_in(body)
        return Response(try_plan(organization, Wanted.of(body)))

    @ANSWER
    @action(detail=False, methods=["post"])
    def cases(self, request: Request) -> Response:
        """Run the document's own test cases: which hold, why not, and what they cover."""
        organization = _organization(request)
        return Response(try_cases(organization, document_in(body_of(request))))

    @ANSWER
    @action(detail=False, methods=["post"])
    def evaluate(self, request: Request) -> Response:
        """Try one text on data: `{language, text, data}` gives `{value}`, or `{error: {message, line, column}}`."""
        _organization(request)
        language, text, data = _evaluation(body_of(request))
        return Response(evaluate(language, text, data))


@extend_schema(tags=["activity-plans"])
class PlanRunApi(ViewSet):
    """Runs of a plan, as data for its author."""

    lookup_url_kwarg = "activity_id"
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    @extend_schema(
        operation_id="activity_plans_runs_list",
        parameters=[ORGANIZATION],
        responses={200: OpenApiTypes.OBJECT},
    )
    def list(self, request: Request, slug: str) -> Response:
        """List the ten newest runs that you may see."""
        person = person_of(request)
        plan = find_plan(person, slug, organization=request.query_params.get("organization"))
        if may_in(person, "author", plan.organization):
            warm.warm()  # the editor asks this when it opens: what is tried in it finds its process ready
        newest = runs_of(plan, person).select_related("version")[:NEWEST]
        return Response({"runs": [run_line(activity) for activity in newest]})

    @extend_schema(
        operation_id="activity_plans_runs_retrieve",
        parameters=[ORGANIZATION],
        responses={200: OpenApiTypes.OBJECT},
    )
    def retrieve(self, request: Request, slug: str, activity_id: str) -> Response:
        """Return what a run was given and what its steps gave; long values are cut, with a mark."""
        person = person_of(request)
        plan = find_plan(person, slug, organization=request.query_params.get("organization"))
        activity = runs_of(plan, person).filter(pk=UUID(activity_id)).first()
        if activity is None:
            raise ActivityUnknown(activity_id)
        return Response(run_data(activity))


def routes(router: Router) -> None:
    """Add the addresses."""
    router.register("plan-editor", TrialApi, basename="api-plan-editor-trial")
    router.register(r"activity-plans/(?P<slug>[a-z0-9-]+)/runs", PlanRunApi, basename="api-plan-run")


def _organization(request: Request) -> Organization:
    person = person_of(request)
    organization = find_organization(person, request.query_params.get("organization"))
    require_in(person, "author", organization)
    return organization


def _evaluation(body: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any]]:
    language, text, data = body.get("language"), body.get("text"), body.get("data", {})
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise Invalid(_('"language" is one of %(known)s') % {"known": known}, code="invalid-body")
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise Invalid(
            _('"text" must be a text of at most %(n)d characters') % {"n": LONGEST_TEXT}, code="invalid-body"
        )
    if not isinstance(data, Mapping):
        raise Invalid(_('"data" must be an object in { }'), code="invalid-body")
    return str(language), text, data
