"""REST: cards of models and versions, versions beside each other, and where they are deployed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.formats.refusal import Refusal, nearest
from mlops.lineage.versions.card import card_of, generated
from mlops.lineage.versions.card_page import as_page
from mlops.lineage.versions.comparing import beside, chosen
from mlops.lineage.versions.serving import served_by
from mlops.registry.cards import edits_of, mark_of, write_card
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.registry.queries import versions_of, visible_model, visible_version

FORMS = ("json", "markdown", "html")
AS = OpenApiParameter("as", str, enum=list(FORMS), description="markdown and html give the whole card as a file")


class CardWritten(serializers.Serializer[Any]):
    card = serializers.CharField(allow_blank=True, trim_whitespace=False, help_text="Markdown")
    reason = serializers.CharField(required=False, allow_blank=True, default="")
    before = serializers.CharField(
        required=False, default=None, allow_null=True, help_text="`mark` of the card that you changed: refused if newer"
    )


class CardView(serializers.Serializer[Any]):
    card = serializers.CharField(help_text="what people wrote, in Markdown")
    mark = serializers.CharField()
    generated = serializers.CharField(help_text="what the product adds; empty for a model without versions")


class ModelCard(APIView):
    @extend_schema(responses=CardView)
    def get(self, request: Request, model_id: UUID) -> Response:
        """What people wrote of the model, for all its versions; with the generated parts of its newest version."""
        model = visible_model(request.user, model_id)
        return Response(_shown(model, versions_of(model).first()))

    @extend_schema(request=CardWritten, responses=CardView)
    def put(self, request: Request, model_id: UUID) -> Response:
        model = visible_model(request.user, model_id)
        _write(request, model)
        return Response(_shown(model, versions_of(model).first()))


class VersionCard(APIView):
    @extend_schema(parameters=[AS], responses=CardView)
    def get(self, request: Request, model_id: UUID, number: int) -> Response | HttpResponse:
        version = visible_version(request.user, model_id, number)
        form = request.query_params.get("as", "json")
        if form not in FORMS:
            hint = nearest(form, FORMS) or _("There are: %(forms)s.") % {"forms": ", ".join(FORMS)}
            raise Refusal("form_unknown", _("A card has no form “%(form)s”.") % {"form": form[:40]}, hint=hint)
        return Response(_shown(version, version)) if form == "json" else card_file(version, form)

    @extend_schema(request=CardWritten, responses=CardView)
    def put(self, request: Request, model_id: UUID, number: int) -> Response:
        version = visible_version(request.user, model_id, number)
        _write(request, version)
        return Response(_shown(version, version))


class ModelCardEdits(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, model_id: UUID) -> Response:
        """Who wrote what, the newest first."""
        return Response({"results": msgspec.to_builtins(edits_of(visible_model(request.user, model_id)))})


class VersionCardEdits(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, model_id: UUID, number: int) -> Response:
        """Who wrote what, the newest first."""
        return Response({"results": msgspec.to_builtins(edits_of(visible_version(request.user, model_id, number)))})


class Compared(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter(
                "version",
                str,
                many=True,
                description="2 to 20 numbers, or `name:number` of other models of the project",
            )
        ],
        responses=dict,
    )
    def get(self, request: Request, model_id: UUID) -> Response:
        """Versions beside each other: metrics, parameters, data, size, latency, weights, columns, packages, serving."""
        model = visible_model(request.user, model_id)
        asked = [part for one in request.query_params.getlist("version") for part in one.split(",") if part]
        return Response(msgspec.to_builtins(beside(chosen(request.user, model, asked))))


class Serving(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, model_id: UUID, number: int) -> Response:
        """Where the version is deployed, how healthy, how much it was asked in 24 hours, and whether data drifts."""
        version = visible_version(request.user, model_id, number)
        return Response({"results": msgspec.to_builtins(served_by([version])[version.pk])})


def card_file(version: ModelVersion, form: str) -> HttpResponse:
    """The whole card as a file to keep."""
    text, kind, ending = card_of(version), "text/markdown", "md"
    if form == "html":
        text, kind, ending = as_page(version, text), "text/html", "html"
    name = f"{version.model.name}-{version.number}-card.{ending}"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers=headers)


def _shown(thing: RegisteredModel | ModelVersion, version: ModelVersion | None) -> dict[str, str]:
    return {
        "card": thing.card,
        "mark": mark_of(thing.card),
        "generated": generated(version) if version is not None else "",
    }


def _write(request: Request, thing: RegisteredModel | ModelVersion) -> None:
    reader = CardWritten(data=request.data)
    reader.is_valid(raise_exception=True)
    write_card(request.user, thing, **reader.validated_data)
