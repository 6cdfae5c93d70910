"""REST: monitors, with their settings and alarms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named
from mlops.access.paging import CursorPages
from mlops.formats.azureml.monitor_writing import written
from mlops.formats.refusal import Refusal
from mlops.monitoring import actions, queries
from mlops.monitoring.models import Monitor
from mlops.monitoring.shaping import monitor_line, monitor_whole, revision_line
from mlops.monitoring.suggesting import suggested
from mlops.monitoring.windows import times_of
from mlops.registry.api import project_asked_for


class NewMonitor(serializers.Serializer[Any]):
    project = serializers.CharField()
    name = serializers.CharField(max_length=120)
    settings = serializers.DictField(help_text="target, baseline, signals, …: formats.monitor.MonitorSettings")
    description = serializers.CharField(required=False, allow_blank=True, default="")
    enabled = serializers.BooleanField(required=False, default=True)


class MonitorChange(serializers.Serializer[Any]):
    name = serializers.CharField(required=False, max_length=120)
    settings = serializers.DictField(required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    enabled = serializers.BooleanField(required=False)


class Monitors(APIView):
    """`?project=&endpoint=&dataset=&state=&name=`"""

    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        found = queries.visible_to(request.user)
        if (project := project_asked_for(request)) is not None:
            found = found.filter(project=project)
        for given, field in (
            ("endpoint", "endpoint__name"),
            ("dataset", "dataset__name"),
            ("state", "state"),
            ("name", "name"),
        ):
            if value := request.query_params.get(given):
                found = found.filter(**{field: value})
        pages = CursorPages()
        rows: list[Monitor] = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response([monitor_line(one) for one in rows])

    @extend_schema(request=NewMonitor, responses={201: dict})
    def post(self, request: Request) -> Response:
        project = project_named(request.user, str(body_of(request).get("project", "")))
        fields = NewMonitor(data=request.data)
        fields.is_valid(raise_exception=True)
        given = fields.validated_data
        made = actions.create_monitor(
            request.user,
            project,
            name=given["name"],
            settings=given["settings"],
            description=given["description"],
            is_enabled=given["enabled"],
        )
        return Response(_whole(made), status=201)


class Suggestion(APIView):
    """Settings to begin with, for `?project=&endpoint=&deployment=` or `?project=&dataset=`."""

    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        asked = request.query_params
        project = project_named(request.user, asked.get("project", ""))
        found = suggested(
            project,
            endpoint=asked.get("endpoint", ""),
            deployment=asked.get("deployment", ""),
            dataset=asked.get("dataset", ""),
            axis=asked.get("axis", ""),
        )
        return Response(msgspec.to_builtins(found))


class OneMonitor(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, monitor_id: UUID) -> Response:
        return Response(_whole(queries.visible_monitor(request.user, monitor_id)))

    @extend_schema(request=MonitorChange, responses=dict)
    def patch(self, request: Request, monitor_id: UUID) -> Response:
        monitor = queries.visible_monitor(request.user, monitor_id)
        fields = MonitorChange(data=request.data)
        fields.is_valid(raise_exception=True)
        given = dict(fields.validated_data)
        enabled = given.pop("enabled", None)
        if enabled is None and not given:
            raise Refusal("nothing_to_change", _("Say what to change: name, settings, description or enabled."))
        if given:
            monitor = actions.change_monitor(request.user, monitor, **given)
        if enabled is not None:
            (actions.enable_monitor if enabled else actions.disable_monitor)(request.user, monitor)
        return Response(_whole(monitor))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, monitor_id: UUID) -> Response:
        actions.delete_monitor(request.user, queries.visible_monitor(request.user, monitor_id))
        return Response(status=204)


class Yaml(APIView):
    """As Azure ML's monitorSchedule, in JSON: what `mlops monitor create -f` takes."""

    @extend_schema(responses=dict)
    def get(self, request: Request, monitor_id: UUID) -> Response:
        one = queries.visible_monitor(request.user, monitor_id)
        more: dict[str, Any] = {"description": one.description, "is_enabled": one.is_enabled}
        return Response(written(one.name, one.wanted, times=times_of(one.wanted), **more))


class Revisions(APIView):
    """The settings that it had, newest first."""

    @extend_schema(responses=dict)
    def get(self, request: Request, monitor_id: UUID) -> Response:
        found = queries.revisions_of(queries.visible_monitor(request.user, monitor_id))
        return Response({"results": [revision_line(one) for one in found[:200]]})


def body_of(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise Refusal("body_invalid", _("The body must be a JSON object."))
    return request.data


def _whole(monitor: Monitor) -> dict[str, Any]:
    return monitor_whole(monitor, list(queries.alarms_of(monitor)))
