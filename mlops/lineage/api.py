"""REST: the graph around a thing, causes of a look's alarms, and a model's story."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import visible_projects
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.lineage.causes import causes_of
from mlops.lineage.graph import graph_of
from mlops.lineage.kinds import find
from mlops.lineage.timeline import timeline_of
from mlops.monitoring.queries import look_of, visible_monitor
from mlops.registry.queries import visible_model

DIRECTIONS = ("upstream", "downstream", "both")
MOST_DEPTH, USUAL_DEPTH = 20, 6


class Lineage(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("of", str, required=True, description="Such as `models/churn:3` or `datasets/churn:1`."),
            OpenApiParameter("project", str, description="The project's short name; absent: all that you may see."),
            OpenApiParameter("direction", str, enum=list(DIRECTIONS)),
            OpenApiParameter("depth", int, description="At most 20; 6 where it is absent."),
        ],
        responses=dict,
    )
    def get(self, request: Request) -> Response:
        """Who made and used what: nodes and edges around one thing."""
        asked = request.query_params
        projects = list(visible_projects(request.user))
        if slug := asked.get("project"):
            projects = [one for one in projects if one.slug == slug]
        row = find(projects, asked.get("of", ""))
        graph = graph_of(row, direction=_direction(asked.get("direction", "both")), depth=_depth(asked.get("depth")))  # type: ignore[arg-type]
        return Response(msgspec.to_builtins(graph))


class Causes(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, monitor_id: UUID, number: int) -> Response:
        """What likely caused the alarms of a look, the most likely first, with the evidence."""
        look = look_of(visible_monitor(request.user, monitor_id), number)
        return Response({"results": msgspec.to_builtins(causes_of(look))})


class Timeline(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, model_id: UUID) -> Response:
        """Data, drift, retraining, comparison, rollout and effect as one story, the oldest first."""
        return Response({"results": msgspec.to_builtins(timeline_of(visible_model(request.user, model_id)))})


def _direction(given: str) -> str:
    if given not in DIRECTIONS:
        raise Refusal(
            "direction_unknown",
            _("“%(given)s” is no direction.") % {"given": given},
            hint=nearest(given, DIRECTIONS) or _("Use upstream, downstream or both."),
            where=Where(parameter="direction", value=given),
        )
    return given


def _depth(given: str | None) -> int:
    if given is None:
        return USUAL_DEPTH
    if not given.isdecimal() or not 1 <= int(given) <= MOST_DEPTH:
        raise Refusal(
            "depth_out_of_range",
            _("The depth “%(given)s” is not a number from 1 to %(most)d.") % {"given": given, "most": MOST_DEPTH},
            hint=_("Leave it out for %(usual)d.") % {"usual": USUAL_DEPTH},
            where=Where(parameter="depth", value=given),
        )
    return int(given)
