"""REST: rollouts of an endpoint, the acts on them, and outcomes of requests."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.paging import CursorPages
from mlops.access.reading import checked
from mlops.deployments.queries import deployment_of, visible_endpoint
from mlops.formats.refusal import Refusal, nearest
from mlops.rollouts import actions, queries
from mlops.rollouts.models import Rollout
from mlops.rollouts.outcomes import report


class NewRollout(serializers.Serializer[Any]):
    candidate = serializers.CharField(help_text="the deployment that takes over, by name or id")
    control = serializers.CharField(required=False, allow_blank=True, help_text="default: who has the most traffic")
    plan = serializers.DictField(required=False, help_text="steps, gates, alpha: formats.rollout.RolloutPlan")
    reason = serializers.CharField(required=False, allow_blank=True)


class RolloutReason(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class RolloutView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    endpoint = serializers.CharField()
    candidate = serializers.CharField()
    control = serializers.CharField()
    state = serializers.CharField(help_text="running, paused, finished, rolled_back or stopped")
    reason = serializers.CharField()
    hint = serializers.CharField()
    since = serializers.DateTimeField()
    step = serializers.IntegerField(help_text="from 1; 0 while the candidate is not ready")
    step_seconds = serializers.FloatField()
    plan = serializers.DictField()
    steps = serializers.ListField()
    gates = serializers.ListField()
    traffic = serializers.DictField()
    traffic_before = serializers.DictField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()
    ended_at = serializers.DateTimeField(allow_null=True)


class Outcomes(serializers.Serializer[Any]):
    outcomes = serializers.ListField(help_text='each {"request_id", "value"} and, where known, "deployment"')


class RolloutsView(APIView):
    @extend_schema(responses=RolloutView(many=True))
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        pages = CursorPages()
        found = queries.rollouts_of(visible_endpoint(request.user, endpoint_id))
        rows = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response([rollout_view(row) for row in rows])

    @extend_schema(request=NewRollout, responses={201: RolloutView})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        endpoint = visible_endpoint(request.user, endpoint_id)
        values = checked(NewRollout, request)
        rollout = actions.create_rollout(
            request.user,
            endpoint,
            candidate=deployment_of(endpoint, values["candidate"]),
            control=deployment_of(endpoint, values["control"]) if values.get("control") else None,
            plan=values.get("plan"),
            reason=values.get("reason", ""),
        )
        return Response(rollout_view(rollout), status=status.HTTP_201_CREATED)


class OneRolloutView(APIView):
    @extend_schema(responses=RolloutView)
    def get(self, request: Request, endpoint_id: uuid.UUID, number: int) -> Response:
        return Response(rollout_view(queries.rollout_of(visible_endpoint(request.user, endpoint_id), number)))


ACTS: dict[str, Callable[..., Rollout]] = {
    "pause": actions.pause,
    "resume": actions.resume,
    "promote": actions.promote,
    "rollback": actions.roll_back,
    "stop": actions.stop,
}


class RolloutActView(APIView):
    @extend_schema(request=RolloutReason, responses=RolloutView)
    def post(self, request: Request, endpoint_id: uuid.UUID, number: int, act: str) -> Response:
        """`act`: pause, resume, promote, rollback or stop."""
        rollout = queries.rollout_of(visible_endpoint(request.user, endpoint_id), number)
        if act not in ACTS:
            hint = nearest(act, ACTS) or _("There are: %(acts)s.") % {"acts": ", ".join(ACTS)}
            raise Refusal("act_unknown", _("A rollout has no act “%(act)s”.") % {"act": act}, hint=hint, status=404)
        ACTS[act](request.user, rollout, reason=checked(RolloutReason, request)["reason"])
        return Response(rollout_view(queries.rollout_of(rollout.endpoint, number)))


class OutcomesView(APIView):
    @extend_schema(request=Outcomes, responses={200: dict})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """What became of requests, by their x-request-id: one {"request_id", "value"}, or many under `outcomes`."""
        endpoint = visible_endpoint(request.user, endpoint_id)
        given = request.data if isinstance(request.data, dict) else {"outcomes": request.data}
        many = given.get("outcomes", [given])
        if not isinstance(many, list):
            raise Refusal("outcome_invalid", _("`outcomes` is not a list."), hint='[{"request_id": "…", "value": 1}]')
        return Response({"new": report(request.user, endpoint, outcomes=many), "received": len(many)})


def rollout_view(rollout: Rollout) -> dict[str, Any]:
    return {
        "id": rollout.pk,
        "number": rollout.number,
        "endpoint": rollout.endpoint.name,
        "candidate": rollout.candidate_name,
        "control": rollout.control_name,
        "state": rollout.state,
        "reason": rollout.reason,
        "hint": rollout.hint,
        "since": rollout.state_since,
        "step": rollout.step + 1,
        "step_seconds": round(rollout.step_seconds, 1),
        "plan": rollout.plan,
        "steps": msgspec.to_builtins(queries.lines_of(rollout)),
        "gates": rollout.gates,
        "traffic": rollout.endpoint.traffic,
        "traffic_before": rollout.traffic_before,
        "created_at": rollout.created_at,
        "created_by": rollout.created_by.get_username() if rollout.created_by else "",
        "ended_at": rollout.ended_at,
    }
