"""REST: datasets made of what an endpoint collected, once or again and again."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.collected import queries
from mlops.collected.answers import MOST_LISTED, page, read
from mlops.collected.models import Refresh, SavedWindow
from mlops.collected.refreshing import end_refresh, refresh
from mlops.collected.saving import save_window
from mlops.collected.windows import moment
from mlops.deployments.queries import visible_endpoint


class SavedWindowView(serializers.ModelSerializer[SavedWindow]):
    version = serializers.CharField(allow_null=True, help_text="the dataset's version, as name:number")
    rows = serializers.IntegerField(source="row_count", allow_null=True)
    since = serializers.DateTimeField(source="state_since")

    class Meta:
        model = SavedWindow
        fields = (
            "id", "dataset", "version", "rows", "start", "end", "deployments", "is_labelled", "columns", "state",
            "reason", "hint", "since", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class RefreshView(serializers.ModelSerializer[Refresh]):
    class Meta:
        model = Refresh
        fields = (
            "id", "dataset", "every_hours", "window_hours", "deployments", "is_labelled", "columns", "next_at",
            "reason", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class NewSavedWindow(serializers.Serializer[Any]):
    dataset = serializers.CharField(help_text="its name; made where there is none")
    start = serializers.CharField(required=False, allow_null=True, default=None, help_text="such as 2026-11-20")
    end = serializers.CharField(required=False, allow_null=True, default=None, help_text="default: now")
    deployments = serializers.ListField(child=serializers.CharField(), required=False, default=list)
    is_labelled = serializers.BooleanField(required=False, default=False, help_text="only rows that have a label")
    columns = serializers.CharField(required=False, default="training", help_text="training, predictions or all")


class NewRefresh(serializers.Serializer[Any]):
    dataset = serializers.CharField()
    every_hours = serializers.FloatField(required=False, default=24.0)
    window_hours = serializers.FloatField(required=False, allow_null=True, default=None, help_text="default: all")
    deployments = serializers.ListField(child=serializers.CharField(), required=False, default=list)
    is_labelled = serializers.BooleanField(required=False, default=False)
    columns = serializers.CharField(required=False, default="training")


class SavedWindowsView(APIView):
    @extend_schema(responses=SavedWindowView(many=True))
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        rows = SavedWindow.objects.filter(endpoint=visible_endpoint(request.user, endpoint_id))
        return Response(page(SavedWindowView(rows.select_related("version__dataset")[:MOST_LISTED], many=True).data))

    @extend_schema(request=NewSavedWindow, responses={201: SavedWindowView})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """A window becomes the next version of a dataset."""
        given = read(NewSavedWindow, request)
        endpoint = visible_endpoint(request.user, endpoint_id)
        start, end = (moment(given.pop(name) or "", parameter=name) for name in ("start", "end"))
        made = save_window(request.user, endpoint, given.pop("dataset"), start, end, **given)
        return Response(SavedWindowView(made).data, status=status.HTTP_201_CREATED)


class OneSavedWindowView(APIView):
    @extend_schema(responses=SavedWindowView)
    def get(self, request: Request, endpoint_id: uuid.UUID, saved_id: uuid.UUID) -> Response:
        endpoint = visible_endpoint(request.user, endpoint_id)
        return Response(SavedWindowView(queries.saved_window(endpoint, saved_id)).data)


class RefreshesView(APIView):
    @extend_schema(responses=RefreshView(many=True))
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        rows = Refresh.objects.filter(endpoint=visible_endpoint(request.user, endpoint_id))
        return Response(page(RefreshView(rows, many=True).data))

    @extend_schema(request=NewRefresh, responses={201: RefreshView})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """The dataset gets a new version of what was collected, again and again."""
        given = read(NewRefresh, request)
        endpoint = visible_endpoint(request.user, endpoint_id)
        made = refresh(request.user, endpoint, given.pop("dataset"), **given)
        return Response(RefreshView(made).data, status=status.HTTP_201_CREATED)


class OneRefreshView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, endpoint_id: uuid.UUID, refresh_id: uuid.UUID) -> Response:
        end_refresh(request.user, queries.refresh_of(visible_endpoint(request.user, endpoint_id), refresh_id))
        return Response(status=status.HTTP_204_NO_CONTENT)
