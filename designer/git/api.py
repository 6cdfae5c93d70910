"""REST: drafts that are kept the same as files of a repository."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer import queries as drafts
from designer.git import actions, queries
from designer.models import GitLink
from mlops.repositories import queries as repositories


class TermFields(serializers.Serializer[Any]):
    """`is_direct`: versions become commits of the branch; else of a branch for proposals."""

    is_direct = serializers.BooleanField(required=False)
    pushes_versions = serializers.BooleanField(required=False)


class LinkFields(TermFields):
    """Without `draft` one is made from the file."""

    path = serializers.CharField(max_length=300)
    draft = serializers.UUIDField(required=False, allow_null=True, default=None)
    branch = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class KeepFields(serializers.Serializer[Any]):
    keep = serializers.ChoiceField(choices=list(actions.SIDES))


class Links(APIView):
    @extend_schema(responses=list[dict[str, Any]])
    def get(self, request: Request, repository_id: UUID) -> Response:
        row = repositories.by_id(request.user, repository_id)
        return Response([queries.shaped(one) for one in queries.of_repository(request.user, row)])

    @extend_schema(request=LinkFields, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, repository_id: UUID) -> Response:
        row = repositories.by_id(request.user, repository_id)
        fields = LinkFields(data=request.data)
        fields.is_valid(raise_exception=True)
        given = dict(fields.validated_data)
        wanted = given.pop("draft")
        draft = drafts.draft(request.user, wanted) if wanted else None
        return Response(queries.shaped(actions.link(request.user, row, draft=draft, **given)), status=201)


class OneLink(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, repository_id: UUID, link_id: UUID) -> Response:
        return Response(queries.shaped(_link(request, repository_id, link_id)))

    @extend_schema(request=TermFields, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, repository_id: UUID, link_id: UUID) -> Response:
        found = _link(request, repository_id, link_id)
        fields = TermFields(data=request.data)
        fields.is_valid(raise_exception=True)
        actions.change(request.user, found, **fields.validated_data)
        return Response(queries.shaped(found))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, repository_id: UUID, link_id: UUID) -> Response:
        """The draft and the file stay."""
        actions.unlink(request.user, _link(request, repository_id, link_id))
        return Response(status=204)


class Push(APIView):
    @extend_schema(request=None, responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request, repository_id: UUID, link_id: UUID) -> Response:
        """The draft as it is becomes a commit."""
        found = _link(request, repository_id, link_id)
        actions.push(request.user, found)
        return Response(queries.shaped(found), status=202)


class Pull(APIView):
    @extend_schema(request=None, responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request, repository_id: UUID, link_id: UUID) -> Response:
        """Looks at the branch's newest commit."""
        found = _link(request, repository_id, link_id)
        actions.pull(request.user, found)
        return Response(queries.shaped(queries.by_id(request.user, link_id)), status=202)


class Settle(APIView):
    @extend_schema(request=KeepFields, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, repository_id: UUID, link_id: UUID) -> Response:
        """Ends a conflict by keeping what is `here`, or `there`."""
        found = _link(request, repository_id, link_id)
        fields = KeepFields(data=request.data)
        fields.is_valid(raise_exception=True)
        actions.settle(request.user, found, keep=fields.validated_data["keep"])
        return Response(queries.shaped(queries.by_id(request.user, link_id)))


class OfDraft(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, draft_id: UUID) -> Response:
        """`link`: the file that the draft is kept the same as, and how both stand; null where there is none."""
        found = queries.of_draft(request.user, drafts.draft(request.user, draft_id))
        return Response({"link": queries.shaped(found) if found else None})


def _link(request: Request, repository_id: UUID, link_id: UUID) -> GitLink:
    return queries.by_id(request.user, link_id, repository=repositories.by_id(request.user, repository_id))
