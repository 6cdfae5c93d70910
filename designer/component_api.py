"""REST of pipeline components: collapse, look inside, save as a version, compare two versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer import offers, queries, subgraphs, trying
from designer.graph.difference import difference
from designer.graph.subgraph import Exposed, interface_changes
from mlops.access.decisions import project_named
from mlops.components import queries as components
from mlops.components.api import drawn_component
from mlops.components.models import ComponentVersion
from mlops.formats.definition import Graph


class ExposedFields(serializers.Serializer[Any]):
    node = serializers.CharField()
    parameter = serializers.CharField()
    name = serializers.RegexField(r"^[A-Za-z_][A-Za-z0-9_]*$")


class CollapseFields(serializers.Serializer[Any]):
    nodes = serializers.ListField(child=serializers.CharField(), max_length=2000)
    name = serializers.CharField(max_length=100)
    title = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    help = serializers.CharField(required=False, allow_blank=True, default="")
    exposed = ExposedFields(many=True, required=False, default=list)


class SaveInsideFields(serializers.Serializer[Any]):
    name = serializers.CharField(required=False, allow_blank=True, max_length=100, default="")
    version = serializers.CharField(required=False, allow_blank=True, max_length=40, default="")
    title = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    help = serializers.CharField(required=False, allow_blank=True, default="")


class Collapse(APIView):
    """The chosen steps become a component; the canvas puts its card in their place."""

    @extend_schema(request=CollapseFields, responses={201: dict})
    def post(self, request: Request, draft_id: UUID) -> Response:
        fields = CollapseFields(data=request.data)
        fields.is_valid(raise_exception=True)
        values = dict(fields.validated_data)
        exposed = tuple(Exposed(**one) for one in values.pop("exposed"))
        made = subgraphs.collapse(request.user, queries.draft(request.user, draft_id), exposed=exposed, **values)
        return Response(_offered(made), status=201)


class SaveInside(APIView):
    """The draft as the next version of the component that it is the inside of."""

    @extend_schema(request=SaveInsideFields, responses={201: dict})
    def post(self, request: Request, draft_id: UUID) -> Response:
        fields = SaveInsideFields(data=request.data)
        fields.is_valid(raise_exception=True)
        made = subgraphs.save_inside(request.user, queries.draft(request.user, draft_id), **fields.validated_data)
        return Response(_offered(made), status=201)


class OpenInside(APIView):
    @extend_schema(request=None, responses=dict)
    def post(self, request: Request, component_id: UUID, version: str) -> Response:
        row = components.version_of(components.component(request.user, component_id), version)
        draft = subgraphs.open_inside(request.user, row)
        return Response({"id": str(draft.pk), "url": reverse("designer:draft", args=[draft.pk])})


class Difference(APIView):
    """`?a=1&b=2`: what is different in the interface, and in the steps inside."""

    @extend_schema(responses=dict)
    def get(self, request: Request, component_id: UUID) -> Response:
        component = components.component(request.user, component_id)
        a, b = (components.version_of(component, request.query_params.get(name, "")) for name in ("a", "b"))
        before, after = components.definition_of(a), components.definition_of(b)
        inside = None
        if isinstance(before.how, Graph) and isinstance(after.how, Graph):
            inside = msgspec.to_builtins(difference(before.how.document, after.how.document))
        return Response(
            {
                "a": a.version,
                "b": b.version,
                "interface": list(interface_changes(before.component, after.component)),
                "inside": inside,
            }
        )


class TryFields(serializers.Serializer[Any]):
    project = serializers.CharField()
    component = serializers.JSONField()
    script = serializers.CharField(trim_whitespace=False)
    requirements = serializers.CharField(required=False, allow_blank=True, default="", trim_whitespace=False)
    inputs = serializers.DictField(child=serializers.CharField(), required=False, default=dict)
    parameters = serializers.DictField(required=False, default=dict)


class TryComponent(APIView):
    """Runs a component that is being drawn, once, on datasets of the project: `inputs` is port to dataset."""

    @extend_schema(request=TryFields, responses={201: dict})
    def post(self, request: Request) -> Response:
        fields = TryFields(data=request.data)
        fields.is_valid(raise_exception=True)
        values = dict(fields.validated_data)
        project = project_named(request.user, values.pop("project"))
        component = drawn_component(values.pop("component"), {"name": "", "version": "test"})
        run = trying.try_component(request.user, project, component=component, **values)
        url = reverse("web:run", args=[run.pk])
        return Response({"id": str(run.pk), "number": run.number, "url": url, "node": trying.NODE}, status=201)


def _offered(row: ComponentVersion) -> dict[str, Any]:
    library = components.ProjectLibrary(row.component.project)
    newest = components.version_of(row.component)
    return offers.offer(row, latest=newest.version, library=library)
