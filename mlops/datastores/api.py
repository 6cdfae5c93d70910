"""REST: data stores. No answer holds a secret."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import require, visible_projects
from mlops.access.models import Project
from mlops.datastores import actions, fetching, kinds, queries
from mlops.datastores.models import Datastore
from mlops.formats.refusal import Refusal, nearest


class DatastoreFields(serializers.Serializer[Any]):
    project = serializers.SlugField()
    name = serializers.CharField(max_length=255)
    type = serializers.CharField(max_length=60)
    description = serializers.CharField(required=False, allow_blank=True, default="")
    settings = serializers.DictField(required=False, default=dict)
    credentials = serializers.DictField(required=False, default=dict)


class DefaultField(serializers.Serializer[Any]):
    project = serializers.SlugField()
    name = serializers.CharField(max_length=255)


class DatastoresView(APIView):
    @extend_schema(parameters=[OpenApiParameter("project", str)], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """With the stores that every workspace has: here they are the product's own storage."""
        slug = request.query_params.get("project", "")
        rows = queries.visible_to(request.user)
        projects = [_project(request.user, slug)] if slug else list(visible_projects(request.user))
        found = list(rows.filter(project__in=projects))
        defaults = {row.project_id for row in found if row.is_default}
        own = [_own(project, name, project.pk not in defaults) for project in projects for name in kinds.OWN[:2]]
        return Response({"results": [*own, *(datastore_row(row) for row in found)], "next": None})

    @extend_schema(request=DatastoreFields, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """A new one, or other settings of the one with this name."""
        form = DatastoreFields(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        project = _project(request.user, values["project"])
        store = actions.create_datastore(
            request.user,
            project,
            name=values["name"],
            kind=values["type"],
            settings=values["settings"],
            credentials=values["credentials"],
            description=values["description"],
        )
        return Response(datastore_row(store), status=status.HTTP_201_CREATED)


class DefaultView(APIView):
    @extend_schema(request=DefaultField, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        form = DefaultField(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        actions.set_default(request.user, _project(request.user, values["project"]), values["name"])
        warnings = [] if values["name"] in kinds.OWN else [_NOT_WRITTEN % {"name": values["name"]}]
        return Response({"default": values["name"], "warnings": warnings})


class DatastoreView(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, datastore_id: UUID) -> Response:
        return Response(datastore_row(queries.by_id(request.user, datastore_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, datastore_id: UUID) -> Response:
        actions.delete_datastore(request.user, queries.by_id(request.user, datastore_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class TestView(APIView):
    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, datastore_id: UUID) -> Response:
        """Whether it can be reached now, and if not, why."""
        return Response(datastore_row(actions.test(request.user, queries.by_id(request.user, datastore_id))))


class ContentView(APIView):
    @extend_schema(parameters=[OpenApiParameter("path", str)], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, datastore_id: UUID) -> Response:
        """What lies at a path of it. For contributors: its credentials are used."""
        store = queries.by_id(request.user, datastore_id)
        require(request.user, "datastores.manage", store.project)
        found = fetching.look(store, request.query_params.get("path", ""))
        rows = [msgspec.to_builtins(one) for one in found[:1000]]
        return Response({"files": rows, "count": len(found), "size_bytes": sum(one.size_bytes for one in found)})


_NOT_WRITTEN = (
    "“%(name)s” is shown as the default, and jobs take no notice: what they write stays in the product's own storage,"
    " and what they read names its store, as azureml://datastores/%(name)s/paths/…"
)


def datastore_row(store: Datastore) -> dict[str, Any]:
    return {
        "id": str(store.pk),
        "project": store.project.slug,
        "name": store.name,
        "type": store.kind,
        "description": store.description,
        "settings": kinds.shown(store.settings),
        "credentials": sorted(queries.secrets_of(store)),
        "is_default": store.is_default,
        "built_in": False,
        "state": store.state,
        "reason": store.reason,
        "checked_at": store.checked_at.isoformat() if store.checked_at else None,
        "created_at": store.created_at.isoformat(),
    }


def _own(project: Project, name: str, is_default: bool) -> dict[str, Any]:
    return {
        "id": name,
        "project": project.slug,
        "name": name,
        "type": "own",
        "description": "The product's own storage.",
        "settings": {},
        "credentials": [],
        "is_default": is_default and name == kinds.DEFAULT,
        "built_in": True,
        "state": "reached",
        "reason": "",
        "checked_at": None,
        "created_at": None,
    }


def _project(person: Any, slug: str) -> Project:
    visible = visible_projects(person)
    found = visible.filter(slug=slug).first()
    if found is None:
        hint = nearest(slug, cast(list[str], visible.values_list("slug", flat=True)))
        message = _("There is no project “%(slug)s”, or you may not see it.") % {"slug": slug}
        raise Refusal("project_unknown", message, hint=hint, status=404)
    return found
