"""REST: tables and their export, SQL, saved queries."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named
from mlops.access.openapi import files
from mlops.access.reading import checked
from mlops.analytics import exporting, saved, sql
from mlops.analytics.models import SavedQuery
from mlops.analytics.sending import sent
from mlops.analytics.tables.catalogue import sources
from mlops.analytics.tables.columns import Table

FILES = files(kind for _form, kind in exporting.FORMS.values())


class Asked(serializers.Serializer[Any]):
    project = serializers.CharField()
    query = serializers.CharField(max_length=100_000)
    rows = serializers.IntegerField(required=False, min_value=1, max_value=sql.MOST_ROWS, default=sql.SHOWN_ROWS)


class AskedFile(serializers.Serializer[Any]):
    project = serializers.CharField()
    query = serializers.CharField(max_length=100_000)
    format = serializers.CharField(required=False, default="csv", help_text="csv, parquet or arrow")


class NewQuery(serializers.Serializer[Any]):
    project = serializers.CharField()
    name = serializers.CharField(max_length=120)
    query = serializers.CharField(max_length=100_000)


class TablesView(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("project", str, description="with it, also the tables of its datasets")],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Tables and their columns, as SQL and the OData feed call them."""
        slug = request.query_params.get("project", "")
        found: list[Any] = list(sources(request.user))
        if slug:
            found = list(sql.tables_of(request.user, project_named(request.user, slug)))
        return Response({"results": [told(one.table) for one in found]})


class TableExportView(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("as", str, description="csv (usual), parquet or arrow"),
            OpenApiParameter("filter", str, description="as in the OData feed: state eq 'failed'"),
            OpenApiParameter("select", str, description="names of columns, with commas between them"),
            OpenApiParameter("project", str),
        ],
        responses=FILES,
    )
    def get(self, request: Request, table: str) -> StreamingHttpResponse:
        asked = request.query_params
        name = asked.get("as", "csv")
        form, kind = exporting.form_named(name)
        names = [one.strip() for one in asked.get("select", "").split(",") if one.strip()]
        got, file = exporting.export(
            request.user,
            table,
            form=form,
            filter=asked.get("filter", ""),
            select=names,
            project=asked.get("project", ""),
        )
        return sent(request._request, file, name=f"{table}.{name}", kind=kind, size_bytes=got.size_bytes)


class SqlView(APIView):
    @extend_schema(request=Asked, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Runs one select over the tables of a project. Values that JSON lacks are texts."""
        given = checked(Asked, request)
        project = project_named(request.user, given["project"])
        got = sql.query(request.user, project, given["query"], most_rows=given["rows"])
        columns = [{"name": name, "type": type} for name, type in zip(got.columns, got.types, strict=True)]
        return Response({"columns": columns, "rows": got.rows, "is_cut": got.is_cut})


class SqlExportView(APIView):
    @extend_schema(request=AskedFile, responses=FILES)
    def post(self, request: Request) -> StreamingHttpResponse:
        given = checked(AskedFile, request)
        form, kind = exporting.form_named(given["format"])
        project = project_named(request.user, given["project"])
        got, file = sql.export(request.user, project, given["query"], form=form)
        return sent(request._request, file, name=f"query.{given['format']}", kind=kind, size_bytes=got.size_bytes)


class SavedQueriesView(APIView):
    @extend_schema(parameters=[OpenApiParameter("project", str, required=True)], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        project = project_named(request.user, request.query_params.get("project", ""))
        return Response({"results": [line(one) for one in saved.saved_of(project)]})

    @extend_schema(request=NewQuery, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Under a name that is taken, it replaces what is there."""
        given = checked(NewQuery, request)
        project = project_named(request.user, given["project"])
        return Response(line(saved.save(request.user, project, name=given["name"], query=given["query"])), status=201)


class SavedQueryView(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, query_id: UUID) -> Response:
        return Response(line(saved.visible_saved(request.user, query_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, query_id: UUID) -> Response:
        saved.delete(request.user, saved.visible_saved(request.user, query_id))
        return Response(status=204)


def told(table: Table) -> dict[str, Any]:
    columns = [{"name": one.name, "kind": one.kind} for one in table.columns]
    return {"name": table.name, "sql_name": table.sql_name, "says": table.says, "columns": columns}


def line(one: SavedQuery) -> dict[str, Any]:
    by = one.created_by.get_username() if one.created_by else None
    return {"id": str(one.pk), "project": one.project.slug, "name": one.name, "query": one.query, "created_by": by}
