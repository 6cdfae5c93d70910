"""REST: alerts, what people do about them, and mutes."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named
from mlops.access.paging import CursorPages
from mlops.alerts.inbox import actions, queries
from mlops.alerts.models import Alert, Mute
from mlops.alerts.telling.composing import page_of
from mlops.formats.refusal import Refusal, Where, nearest

STATES = ("", "open", "pending", "firing", "resolved")


class Pages(CursorPages):
    ordering = "-began_at"


class Note(serializers.Serializer[Any]):
    note = serializers.CharField(required=False, default="", allow_blank=True)


class NewMute(serializers.Serializer[Any]):
    project = serializers.CharField()
    until = serializers.DateTimeField()
    begins_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    rule = serializers.CharField(required=False, default="", allow_blank=True, help_text="a rule's name; empty: all")
    subject = serializers.CharField(required=False, default="", allow_blank=True, help_text="a pattern with *")
    personal = serializers.BooleanField(required=False, default=False, help_text="for whoever asks alone")
    reason = serializers.CharField(required=False, default="", allow_blank=True)


class AlertsView(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("project", str), OpenApiParameter("state", str, enum=STATES[1:])],
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        slug, state = asked.get("project", ""), asked.get("state", "")
        if state not in STATES:
            hint, where = nearest(state, STATES), Where(parameter="state", value=state)
            raise Refusal(
                "state_unknown",
                _("There is no state “%(state)s” of alerts.") % {"state": state},
                hint=hint,
                where=where,
            )
        project = project_named(request.user, slug) if slug else None
        pages = Pages()
        rows = pages.paginate_queryset(
            queries.alerts(request.user, project, state=state).order_by("-began_at"), request
        )
        return pages.get_paginated_response([alert_view(one) for one in rows or []])


class OneAlertView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, alert_id: uuid.UUID) -> Response:
        alert = queries.alert(request.user, alert_id)
        history = [{"at": one.at, "kind": one.kind, "text": one.text} for one in alert.entries.all()]
        return Response(alert_view(alert) | {"history": history, "data": alert.data})


class AcknowledgeView(APIView):
    @extend_schema(request=Note, responses={200: dict})
    def post(self, request: Request, alert_id: uuid.UUID) -> Response:
        """Somebody looks after it: it is not told again."""
        alert = queries.alert(request.user, alert_id)
        actions.acknowledge(request.user, alert, note=_note(request))
        return Response(alert_view(queries.alert(request.user, alert_id)))


class ResolveView(APIView):
    @extend_schema(request=Note, responses={200: dict})
    def post(self, request: Request, alert_id: uuid.UUID) -> Response:
        """Ends it by hand; what comes again raises a new one."""
        alert = queries.alert(request.user, alert_id)
        actions.resolve_by_hand(request.user, alert, note=_note(request))
        return Response(alert_view(queries.alert(request.user, alert_id)))


class MutesView(APIView):
    @extend_schema(parameters=[OpenApiParameter("project", str)], responses={200: dict})
    def get(self, request: Request) -> Response:
        slug = request.query_params.get("project", "")
        project = project_named(request.user, slug) if slug else None
        rows = [mute_view(one) for one in queries.mutes(request.user, project)]
        return Response({"results": rows, "next": None, "previous": None})

    @extend_schema(request=NewMute, responses={201: dict})
    def post(self, request: Request) -> Response:
        """Silence for a while; with `begins_at` a maintenance window. Alerts are raised and kept all the same."""
        reader = NewMute(data=request.data)
        reader.is_valid(raise_exception=True)
        given = reader.validated_data
        project = project_named(request.user, given["project"])
        made = actions.mute(
            request.user, project, until=given["until"], begins_at=given["begins_at"],
            rule=_rule(request, project, given["rule"]), subject=given["subject"],
            is_personal=given["personal"], reason=given["reason"],
        )  # fmt: skip
        return Response(mute_view(made), status=status.HTTP_201_CREATED)


class OneMuteView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, mute_id: uuid.UUID) -> Response:
        actions.end_mute(request.user, queries.mute(request.user, mute_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def alert_view(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.pk, "project": alert.project.slug, "name": alert.title, "rule": alert.rule_name,
        "subject": alert.subject, "severity": alert.severity, "state": alert.state, "since": alert.state_since,
        "why": alert.why, "value": alert.value, "times": alert.times, "began_at": alert.began_at,
        "fired_at": alert.fired_at, "resolved_at": alert.resolved_at, "resolved_why": alert.resolved_why,
        "acknowledged_by": alert.acknowledged_by.get_username() if alert.acknowledged_by else None,
        "acknowledged_at": alert.acknowledged_at, "next": alert.rule.note if alert.rule else "",
        "runbook": alert.rule.runbook if alert.rule else "", "url": page_of(alert),
    }  # fmt: skip


def mute_view(mute: Mute) -> dict[str, Any]:
    return {
        "id": mute.pk, "project": mute.project.slug, "rule": mute.rule.name if mute.rule else None,
        "subject": mute.subject, "personal": mute.person_id is not None, "begins_at": mute.begins_at,
        "until": mute.until, "reason": mute.reason,
    }  # fmt: skip


def _note(request: Request) -> str:
    reader = Note(data=request.data)
    reader.is_valid(raise_exception=True)
    return str(reader.validated_data["note"])


def _rule(request: Request, project: Any, name: str) -> Any:
    if not name:
        return None
    found = queries.rules(request.user, project).filter(name=name).first()
    if found is None:
        names = queries.rules(request.user, project).values_list("name", flat=True)
        where = Where(parameter="rule", value=name)
        raise Refusal(
            "rule_unknown",
            _("There is no rule “%(name)s”.") % {"name": name},
            hint=nearest(name, names),
            status=404,
            where=where,
        )
    return found
