"""REST: inference pipelines of a draft."""

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

from designer import inference, queries
from designer.models import Draft, InferenceDraft


class NewInference(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="realtime or batch")
    score = serializers.CharField(required=False, allow_blank=True, default="")


class DraftInference(APIView):
    """The training pipeline and its inference pipelines, and what one could be derived from."""

    @extend_schema(responses=dict)
    def get(self, request: Request, draft_id: UUID) -> Response:
        training, known = inference.family(queries.draft(request.user, draft_id))
        run, found = inference.choices(training)
        return Response(
            {
                "training": {"id": str(training.pk), "name": training.name, "url": _url(training)},
                "pipelines": [_shaped(one) for one in known],
                "run": {"id": str(run.pk), "number": run.number} if run else None,
                "choices": msgspec.to_builtins(found),
            }
        )

    @extend_schema(request=NewInference, responses={201: dict})
    def post(self, request: Request, draft_id: UUID) -> Response:
        fields = NewInference(data=request.data)
        fields.is_valid(raise_exception=True)
        training, _known = inference.family(queries.draft(request.user, draft_id))
        made = inference.create(request.user, training, **fields.validated_data)
        return Response(_answer(made), status=201)


class DraftInferenceUpdate(APIView):
    @extend_schema(request=None, responses=dict)
    def post(self, request: Request, draft_id: UUID) -> Response:
        return Response(_answer(inference.update(request.user, queries.draft(request.user, draft_id))))


def _answer(made: inference.Renewed) -> dict[str, Any]:
    return {"id": str(made.draft.pk), "url": _url(made.draft), "notes": list(made.notes)}


def _shaped(one: InferenceDraft) -> dict[str, Any]:
    newer = inference.newer_run(one)
    return {
        "id": str(one.draft_id),
        "kind": one.kind,
        "url": _url(one.draft),
        "run": {"id": str(one.run_id), "number": one.run.number} if one.run else None,
        "newer_run": {"id": str(newer.pk), "number": newer.number} if newer else None,
        "derived_at": one.derived_at,
    }


def _url(draft: Draft) -> str:
    return reverse("designer:draft", args=[draft.pk])
