"""REST: repositories of projects, and what was pushed to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named
from mlops.access.paging import CursorPages
from mlops.repositories import actions, looks, queries, queueing
from mlops.repositories.shaping import shaped, shaped_push
from mlops.repositories.wanted import Wanted, read_wanted


class RepositoryFields(serializers.Serializer[Any]):
    """`token` is kept sealed and never told again. `login`: none, token or key (a deploy key is made here)."""

    name = serializers.CharField(required=False, max_length=100)
    url = serializers.CharField(required=False, max_length=500)
    host = serializers.ChoiceField(required=False, choices=["github", "gitlab", "gitea", "plain"])
    branch = serializers.CharField(required=False, allow_blank=True, max_length=200)
    login = serializers.ChoiceField(required=False, choices=["none", "token", "key"])
    user = serializers.CharField(required=False, allow_blank=True, max_length=200)
    token = serializers.CharField(required=False, allow_blank=True, max_length=5000)
    host_key = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    api_url = serializers.CharField(required=False, allow_blank=True, max_length=500)
    files = serializers.ListField(required=False, child=serializers.CharField())
    branches = serializers.ListField(required=False, child=serializers.CharField())
    paths = serializers.ListField(required=False, child=serializers.CharField())
    poll_minutes = serializers.IntegerField(required=False, min_value=0, max_value=1440)
    reports_status = serializers.BooleanField(required=False)
    is_enabled = serializers.BooleanField(required=False)


class NewRepository(RepositoryFields):
    project = serializers.SlugField()


class SyncFields(serializers.Serializer[Any]):
    branch = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    commit = serializers.CharField(required=False, allow_blank=True, default="", max_length=64)


class Repositories(APIView):
    @extend_schema(parameters=[OpenApiParameter("project", str)], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        found = queries.visible_to(request.user, project=request.query_params.get("project", ""))
        pages = CursorPages()
        page = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response([shaped(row) for row in page or ()])

    @extend_schema(request=NewRepository, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """The answer's `webhook_secret` is told this once."""
        fields = NewRepository(data=request.data)
        fields.is_valid(raise_exception=True)
        given = dict(fields.validated_data)
        project = project_named(request.user, given.pop("project"))
        row, secret = actions.connect(request.user, project, read_wanted(given))
        return Response({**shaped(row), "webhook_secret": secret}, status=201)


class OneRepository(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, repository_id: UUID) -> Response:
        return Response(shaped(queries.by_id(request.user, repository_id)))

    @extend_schema(request=RepositoryFields, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, repository_id: UUID) -> Response:
        row = queries.by_id(request.user, repository_id)
        fields = RepositoryFields(data=request.data)
        fields.is_valid(raise_exception=True)
        actions.change(request.user, row, _wanted(fields))
        return Response(shaped(row))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, repository_id: UUID) -> Response:
        actions.disconnect(request.user, queries.by_id(request.user, repository_id))
        return Response(status=204)


class Trial(APIView):
    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, repository_id: UUID) -> Response:
        """Looks at the repository now: can it be reached, and which branches has it."""
        row = queries.by_id(request.user, repository_id)
        found = looks.try_out(request.user, row)
        told = {"branches": found.branches, "head": found.head} if found else {"branches": {}, "head": ""}
        return Response({"ok": found is not None, "reason": row.trouble, "hint": row.hint, **told})


class Secrets(APIView):
    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, repository_id: UUID) -> Response:
        """A new secret for the webhook; the old one opens nothing any more."""
        row = queries.by_id(request.user, repository_id)
        return Response({"webhook_secret": actions.renew_hook_secret(request.user, row)})


class Keys(APIView):
    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, repository_id: UUID) -> Response:
        """A new deploy key; give its public half to the host."""
        row = queries.by_id(request.user, repository_id)
        actions.renew_key(request.user, row)
        return Response(shaped(row))


class Pushes(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, repository_id: UUID) -> Response:
        row = queries.by_id(request.user, repository_id)
        pages = CursorPages()
        page = pages.paginate_queryset(queries.pushes(row), request, view=self)
        return pages.get_paginated_response([shaped_push(push) for push in page or ()])

    @extend_schema(request=SyncFields, responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request, repository_id: UUID) -> Response:
        """Takes the branch's newest commit up, or the one that is named."""
        row = queries.by_id(request.user, repository_id)
        fields = SyncFields(data=request.data)
        fields.is_valid(raise_exception=True)
        return Response(shaped_push(queueing.synchronise(request.user, row, **fields.validated_data)), status=202)


class OnePush(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, repository_id: UUID, push_id: UUID) -> Response:
        return Response(shaped_push(queries.push_of(queries.by_id(request.user, repository_id), push_id)))


def _wanted(fields: RepositoryFields) -> Wanted:
    return read_wanted(dict(fields.validated_data))
