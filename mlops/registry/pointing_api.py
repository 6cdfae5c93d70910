"""REST: a version's stage, a model's aliases, and what became of each wish to move them."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.paging import CursorPages
from mlops.access.reading import checked
from mlops.formats.refusal import Refusal
from mlops.registry import pointing, queries, sharing
from mlops.registry.approval.queries import visible_transitions
from mlops.registry.approval.shaping import TransitionView, transition_view
from mlops.registry.models import ModelAlias, Transition


class StageWanted(serializers.Serializer[Any]):
    stage = serializers.CharField(help_text="None, Staging, Production or Archived")
    reason = serializers.CharField(required=False, allow_blank=True, default="")
    archive_others = serializers.BooleanField(
        required=False, default=False, help_text="versions that are in the stage go to the archive"
    )


class AliasWanted(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class AliasView(serializers.Serializer[Any]):
    alias = serializers.CharField()
    version = serializers.IntegerField()


class StageView(APIView):
    @extend_schema(request=StageWanted, responses={200: TransitionView, 202: TransitionView})
    def post(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        """200: done. 202: somebody must approve it first; nothing has moved."""
        version = queries.visible_version(request.user, model_id, number)
        return _told(request, pointing.change_stage(request.user, version, **checked(StageWanted, request)))


class AliasesView(APIView):
    @extend_schema(responses=AliasView(many=True))
    def get(self, request: Request, model_id: uuid.UUID) -> Response:
        model = sharing.readable_model(request.user, model_id)
        rows = ModelAlias.objects.filter(model=model, version__deleted_at=None).select_related("version")
        return Response({"results": [{"alias": one.name, "version": one.version.number} for one in rows]})


class OneAliasView(APIView):
    @extend_schema(responses=AliasView)
    def get(self, request: Request, model_id: uuid.UUID, alias: str) -> Response:
        version = queries.version_under(sharing.readable_model(request.user, model_id), alias)
        return Response({"alias": alias, "version": version.number})

    @extend_schema(request=AliasWanted, responses={200: TransitionView, 202: TransitionView})
    def put(self, request: Request, model_id: uuid.UUID, alias: str) -> Response:
        """200: done. 202: somebody must approve it first; nothing has moved."""
        values = checked(AliasWanted, request)
        version = queries.visible_version(request.user, model_id, values.pop("version"))
        return _told(request, pointing.set_alias(request.user, version, alias=alias, **values))

    @extend_schema(responses={200: TransitionView, 202: TransitionView})
    def delete(self, request: Request, model_id: uuid.UUID, alias: str) -> Response:
        """200: done. 202: somebody must approve it first; nothing has moved."""
        model = queries.visible_model(request.user, model_id)
        reason = str(request.data.get("reason", "")) if isinstance(request.data, dict) else ""
        removed = pointing.remove_alias(request.user, model, alias=alias, reason=reason)
        if removed is None:
            queries.version_under(model, alias)
            raise Refusal(
                "alias_unknown",
                _("“%(alias)s” follows the newest version by itself.") % {"alias": alias[:100]},
                status=409,
            )
        return _told(request, removed)


class TransitionsView(APIView):
    @extend_schema(responses=TransitionView(many=True))
    def get(self, request: Request, model_id: uuid.UUID) -> Response:
        """The model's history of stages and aliases, the newest first; with `?version=` of that version alone."""
        model = queries.visible_model(request.user, model_id)
        found = visible_transitions(request.user).filter(model=model)
        if (number := request.query_params.get("version", "")).isdecimal():
            found = found.filter(version__number=int(number))
        pages = CursorPages()
        pages.ordering = "-id"
        rows: list[Transition] = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response([transition_view(one) for one in rows])


def _told(request: Request, transition: Transition) -> Response:
    code = status.HTTP_202_ACCEPTED if transition.is_pending else status.HTTP_200_OK
    return Response(transition_view(transition), status=code)
