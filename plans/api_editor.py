"""The API of the plan editor: it looks at documents and changes them, and saves nothing."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from plans.access import require_in
from plans.api import ORGANIZATION
from plans.bodies import document_in, notation_in, text_in
from plans.catalog import catalog_of
from plans.editor.changing import compare, rename, rewrite
from plans.editor.choices import choices
from plans.editor.looking import look, look_at_source
from plans.models import Organization
from plans.parsers import EditorBody
from plans.requests import body_of, person_of
from plans.selectors import find_organization
from plans.source_patch import patched

ANSWER = extend_schema(
    parameters=[ORGANIZATION], request=OpenApiTypes.OBJECT, responses={200: OpenApiTypes.OBJECT}
)


@extend_schema(tags=["plan-editor"])
class PlanEditorApi(ViewSet):
    """What the plan editor asks the server; for those who may author plans in the organization."""

    parser_classes = [EditorBody]

    @ANSWER
    @action(detail=False, methods=["post"])
    def look(self, request: Request) -> Response:
        """Say all about a document, or about a text in YAML or JSON: `{document, findings, graph, uuids, lines?}`.

        Of a text that can't be parsed: `{problem: {message, line, column}}`.
        """
        organization = _organization(request)
        body = body_of(request)
        catalog = catalog_of(organization)
        if "source" in body:
            return Response(look_at_source(text_in(body, "source"), notation_in(body), catalog))
        return Response(look(document_in(body), catalog))

    @ANSWER
    @action(detail=False, methods=["post"])
    def source(self, request: Request) -> Response:
        """Patch `{document, source, notation}`: the text, made to read as the document, and the lines of its steps."""
        _organization(request)
        body = body_of(request)
        found = patched(text_in(body, "source"), document_in(body), notation_in(body))
        return Response({"source": found.text, "lines": found.lines})

    @ANSWER
    @action(detail=False, methods=["post"])
    def rename(self, request: Request) -> Response:
        """Rename a step (`{document, step, to}`) or one of its actions (`… action, to}`), and what refers to it."""
        _organization(request)
        body = body_of(request)
        names = {key: text_in(body, key) for key in ("step", "to", "action")}
        return Response(rename(document_in(body), **names))

    @ANSWER
    @action(detail=False, methods=["post"])
    def rewrite(self, request: Request) -> Response:
        """Put slugs where legacy uuids stand in `{document, source?, notation?}`: `{document, changes}`."""
        _organization(request)
        body = body_of(request)
        source, notation = text_in(body, "source"), notation_in(body)
        return Response(rewrite(document_in(body), source=source, notation=notation))

    @ANSWER
    @action(detail=False, methods=["post"])
    def compare(self, request: Request) -> Response:
        """Say what differs between `{before, after}`: `{changes, steps: {slug: added, removed or changed}}`."""
        _organization(request)
        body = body_of(request)
        return Response(compare(document_in(body, "before"), document_in(body, "after")))

    @extend_schema(
        operation_id="plan_editor_catalog",
        parameters=[ORGANIZATION],
        responses={200: OpenApiTypes.OBJECT},
    )
    @action(detail=False, methods=["get"])
    def catalog(self, request: Request) -> Response:
        """List what a plan of the organization may name: modules, task templates, bridges, prompts, people …"""
        return Response(choices(_organization(request)))


def _organization(request: Request) -> Organization:
    person = person_of(request)
    organization = find_organization(person, request.query_params.get("organization"))
    require_in(person, "author", organization)
    return organization
