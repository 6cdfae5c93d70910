"""REST: explanations of a model version."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.parsing import given_object
from mlops.explanations import actions, local, queries, what_if
from mlops.explanations.archives import as_zip
from mlops.explanations.comparing import compared
from mlops.explanations.models import Explanation
from mlops.explanations.of_the_step import OfTheStep
from mlops.explanations.orders import checked_order
from mlops.explanations.uploading import upload
from mlops.formats.refusal import Refusal
from mlops.registry.queries import visible_version
from mlops.runs.models import Run
from mlops.runs.queries import run as run_of

DETAILS = ("data", "name", "comment")
MOST_ROWS = 1_000


class NewExplanation(serializers.Serializer[Any]):
    """Settings that are left out have usual values."""

    data = serializers.CharField(  # type: ignore[assignment]
        required=False, allow_blank=True, help_text="name, name:version, or `model` for the rows that it carries"
    )
    name = serializers.CharField(required=False, allow_blank=True)
    comment = serializers.CharField(required=False, allow_blank=True)
    kind = serializers.CharField(
        required=False, help_text="auto, tree, linear, permutation, kernel, deep, mimic or shuffling"
    )
    rows = serializers.IntegerField(required=False, help_text="explained at most")
    background = serializers.IntegerField(required=False, help_text="rows that stand for the usual")
    seed = serializers.IntegerField(required=False)
    surrogate = serializers.CharField(required=False, help_text="of mimic: lightgbm, linear, sgd or tree")
    label = serializers.CharField(  # type: ignore[assignment]
        required=False, allow_blank=True, help_text="the column with the truth"
    )
    fairness = serializers.JSONField(required=False, help_text="columns whose groups are compared")
    dependence = serializers.IntegerField(required=False, help_text="columns that are followed one by one")
    budget_seconds = serializers.FloatField(required=False)
    for_deployments = serializers.BooleanField(
        required=False, help_text="deployments explain their answers by it; up to 10 of its rows go with them"
    )


class ExplanationView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    comment = serializers.CharField()
    version = serializers.SerializerMethodField(help_text="name:number")
    run = serializers.UUIDField(source="run_id", allow_null=True)
    node = serializers.CharField(help_text="The step whose model it explains, of a run.")
    dataset = serializers.SerializerMethodField()
    state = serializers.CharField()
    reason = serializers.CharField()
    hint = serializers.CharField()
    since = serializers.DateTimeField(source="state_since")
    order = serializers.JSONField()
    progress = serializers.JSONField()
    summary = serializers.JSONField()
    files = serializers.SerializerMethodField(help_text="File name to size in bytes.")
    url = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_version(self, one: Explanation) -> str | None:
        return None if one.version is None else str(one.version)

    def get_dataset(self, one: Explanation) -> str | None:
        return None if one.dataset is None else str(one.dataset)

    def get_files(self, one: Explanation) -> dict[str, int]:
        return queries.files_of(one)

    def get_url(self, one: Explanation) -> str:
        return reverse("web:explanation", args=[one.pk])


class ExplanationsView(APIView):
    @extend_schema(responses=ExplanationView(many=True))
    def get(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        version = visible_version(request.user, model_id, number)
        return Response({"results": ExplanationView(queries.explanations_of(version), many=True).data})

    @extend_schema(request=NewExplanation, responses={201: ExplanationView})
    def post(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        version = visible_version(request.user, model_id, number)
        given = given_object(request.data)
        details = {name: str(given.pop(name) or "") for name in DETAILS if name in given}
        made = actions.explain(request.user, version, order=checked_order(given), **details)
        return Response(ExplanationView(made).data, status=status.HTTP_201_CREATED)


class RunExplanationsView(APIView):
    """What a run's models are explained by. POST: one that its own code computed, in the plain form of the guide; the
    code of a step may send it with the token that it has for MLflow."""

    authentication_classes = (OfTheStep, *APIView.authentication_classes)

    @extend_schema(responses=ExplanationView(many=True))
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        found = queries.explanations_of_run(_run(request, run_id))
        return Response({"results": ExplanationView(found, many=True).data})

    @extend_schema(request=dict, responses={201: ExplanationView})
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        made = upload(request.user, _run(request, run_id), given_object(request.data))
        return Response(ExplanationView(made).data, status=status.HTTP_201_CREATED)


class OneExplanationView(APIView):
    @extend_schema(responses=ExplanationView)
    def get(self, request: Request, explanation_id: uuid.UUID) -> Response:
        return Response(ExplanationView(queries.visible_explanation(request.user, explanation_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, explanation_id: uuid.UUID) -> Response:
        actions.delete(request.user, queries.visible_explanation(request.user, explanation_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class CancelExplanationView(APIView):
    @extend_schema(request=None, responses=ExplanationView)
    def post(self, request: Request, explanation_id: uuid.UUID) -> Response:
        asked = queries.visible_explanation(request.user, explanation_id)
        return Response(ExplanationView(actions.cancel(request.user, asked)).data)


class LocalView(APIView):
    """The contributions of single rows."""

    @extend_schema(
        parameters=[
            OpenApiParameter("limit", int, description=f"at most {MOST_ROWS}"),
            OpenApiParameter("offset", int),
        ],
        responses={200: dict},
    )
    def get(self, request: Request, explanation_id: uuid.UUID) -> Response:
        one = queries.visible_explanation(request.user, explanation_id)
        limit, offset = (_count(request, name, usual) for name, usual in (("limit", 100), ("offset", 0)))
        found, total = local.rows_of(one, offset=offset, limit=min(limit, MOST_ROWS))
        return Response({"count": total, "results": msgspec.to_builtins(found)})


class DependenceView(APIView):
    """How the answer goes with single columns."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, explanation_id: uuid.UUID) -> Response:
        one = queries.visible_explanation(request.user, explanation_id)
        return Response({"results": msgspec.to_builtins(queries.dependence_of(one))})


class FairnessView(APIView):
    """Groups of rows beside each other."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, explanation_id: uuid.UUID) -> Response:
        one = queries.visible_explanation(request.user, explanation_id)
        return Response({"results": msgspec.to_builtins(queries.fairness_of(one))})


class WhatIfView(APIView):
    """One row, which may be made up: its answer and what each value adds to the usual. No row is kept."""

    @extend_schema(request=dict, responses={200: dict})
    def post(self, request: Request, explanation_id: uuid.UUID) -> Response:
        one = queries.visible_explanation(request.user, explanation_id)
        row = given_object(given_object(request.data).get("row", {}))
        return Response(msgspec.to_builtins(what_if.asked(one, row)))


class DownloadView(APIView):
    """All its files as a zip."""

    @extend_schema(responses={(200, "application/zip"): bytes})
    def get(self, request: Request, explanation_id: uuid.UUID) -> HttpResponse:
        one = queries.visible_explanation(request.user, explanation_id)
        response = HttpResponse(as_zip(one), content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="{one.name}.zip"'
        return response


class CompareView(APIView):
    """Two explanations column by column: shares of importance, ranks, and how they changed."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, explanation_id: uuid.UUID, other_explanation_id: uuid.UUID) -> Response:
        both = [queries.visible_explanation(request.user, one) for one in (explanation_id, other_explanation_id)]
        return Response(msgspec.to_builtins(compared(both[0], both[1])))


def _run(request: Request, run_id: uuid.UUID) -> Run:
    if isinstance(request.auth, Run) and request.auth.pk != run_id:
        raise Refusal("not_found", _("There is no such run, or you may not see it."), status=404)
    return run_of(request.user, run_id)


def _count(request: Request, name: str, usual: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return usual
    if not text.isdecimal() or len(text) > 9:
        raise Refusal("number_invalid", _("“%(text)s” is no count of rows.") % {"text": text[:40]}, status=400)
    return int(text)
