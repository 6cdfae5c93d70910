"""REST of schedules: made, previewed, switched, and what became of each fire."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import require
from mlops.formats.refusal import Refusal
from mlops.formats.schedule import Cron, Recurrence
from mlops.pipelines import firing, published, schedules
from mlops.pipelines.shaping import fire_line, schedule_line, schedule_whole
from mlops.pipelines.timing import preview


class ScheduleSettings(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    trigger = serializers.DictField()
    version = serializers.IntegerField(required=False, allow_null=True, min_value=0, default=None)
    experiment = serializers.CharField(required=False, allow_blank=True, max_length=120, default="")
    parameters = serializers.DictField(required=False, default=dict)
    description = serializers.CharField(required=False, allow_blank=True, default="")
    catch_up = serializers.CharField(required=False, default="once")
    catch_up_most = serializers.IntegerField(required=False, min_value=1, max_value=1000, default=10)
    overlap = serializers.CharField(required=False, default="skip")
    continue_on_step_failure = serializers.BooleanField(required=False, default=False)
    enabled = serializers.BooleanField(required=False, default=True)


class ScheduleChange(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    trigger = serializers.DictField(required=False)
    version = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    experiment = serializers.CharField(required=False, allow_blank=True, max_length=120)
    parameters = serializers.DictField(required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    catch_up = serializers.CharField(required=False)
    catch_up_most = serializers.IntegerField(required=False, min_value=1, max_value=1000)
    overlap = serializers.CharField(required=False)
    continue_on_step_failure = serializers.BooleanField(required=False)
    enabled = serializers.BooleanField(required=False)


class ScheduleFields(ScheduleSettings):
    endpoint = serializers.UUIDField()


def schedule_arguments(given: Any) -> dict[str, Any]:
    """Of `create_schedule`, from the fields of a request. Raises ValidationError."""
    fields = ScheduleSettings(data=given)
    fields.is_valid(raise_exception=True)
    found = dict(fields.validated_data)
    found["number"], found["is_enabled"] = found.pop("version"), found.pop("enabled")
    return found


class Schedules(APIView):
    """`?project=&endpoint=`"""

    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        found = published.schedules(request.user)
        if slug := request.query_params.get("project"):
            found = found.filter(project__slug=slug)
        return Response({"results": [schedule_line(one) for one in found[:500]]})

    @extend_schema(request=ScheduleFields, responses={201: dict})
    def post(self, request: Request) -> Response:
        endpoint = _endpoint(request)
        require(request.user, "pipelines.design", endpoint.project)
        ScheduleFields(data=request.data).is_valid(raise_exception=True)
        one = schedules.create_schedule(request.user, endpoint, **schedule_arguments(request.data))
        return Response(schedule_whole(one), status=201)


class Preview(APIView):
    """The next ten fires of `{"trigger": …}`, each with its UTC offset."""

    @extend_schema(request=dict, responses=dict)
    def post(self, request: Request) -> Response:
        trigger = schedules.read_trigger(_body(request).get("trigger"))
        if not isinstance(trigger, Cron | Recurrence):
            raise Refusal("trigger_invalid", _("Only a cron or recurrence trigger has times to preview."))
        moments = preview(trigger, after=timezone.now())
        return Response({"next_fires": [moment.isoformat() for moment in moments]})


class OneSchedule(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, schedule_id: UUID) -> Response:
        return Response(schedule_whole(published.schedule(request.user, schedule_id)))

    @extend_schema(request=ScheduleChange, responses=dict)
    def patch(self, request: Request, schedule_id: UUID) -> Response:
        one = published.schedule(request.user, schedule_id)
        fields = ScheduleChange(data=_body(request))
        fields.is_valid(raise_exception=True)
        if not fields.validated_data:
            raise Refusal("nothing_to_change", _("Nothing was said to change."), hint=_("Such as “enabled”: false."))
        given = dict(fields.validated_data)
        enabled = given.pop("enabled", None)
        with transaction.atomic():
            if given:
                schedules.change_schedule(request.user, one, **schedules.settings_of(one) | _renamed(given))
            if enabled is True and (given or not one.is_enabled):
                schedules.enable_schedule(request.user, one)
            elif enabled is False:
                schedules.disable_schedule(request.user, one)
        return Response(schedule_whole(one))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, schedule_id: UUID) -> Response:
        schedules.delete_schedule(request.user, published.schedule(request.user, schedule_id))
        return Response(status=204)


class TriggerNow(APIView):
    """Fires once, beside its times; also while it is disabled."""

    @extend_schema(request=None, responses={201: dict})
    def post(self, request: Request, schedule_id: UUID) -> Response:
        fire = firing.fire_now(request.user, published.schedule(request.user, schedule_id))
        return Response(fire_line(fire), status=201)


class Fires(APIView):
    """Newest first: when due, whether it ran, and why not."""

    @extend_schema(responses=dict)
    def get(self, request: Request, schedule_id: UUID) -> Response:
        found = published.fires(published.schedule(request.user, schedule_id))
        return Response({"results": [fire_line(one) for one in found[:500]]})


def _renamed(given: dict[str, Any]) -> dict[str, Any]:
    return {"number" if name == "version" else name: value for name, value in given.items()}


def _endpoint(request: Request) -> Any:
    try:
        return published.endpoint(request.user, UUID(str(_body(request).get("endpoint", ""))))
    except ValueError as error:
        raise Refusal("endpoint_missing", _("Say which pipeline endpoint, by its id.")) from error


def _body(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise Refusal("body_invalid", _("The body must be a JSON object."))
    return request.data
