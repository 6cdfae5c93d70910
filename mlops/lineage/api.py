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
from mlops.access.models import Project
from mlops.access.offered import shown_beside
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.lineage.causes import causes_of
from mlops.lineage.finding import things_named
from mlops.lineage.graph import MOST_NODES, USUAL_FAN, Bounds, Direction, graph_of, node_of
from mlops.lineage.kinds import KINDS, find
from mlops.lineage.timeline import timeline_of
from mlops.monitoring.queries import look_of, visible_monitor
from mlops.registry.queries import visible_model

DIRECTIONS: dict[str, Direction] = {
    "up": "upstream",
    "down": "downstream",
    "both": "both",
    "upstream": "upstream",
    "downstream": "downstream",
}
MOST_DEPTH, USUAL_DEPTH = 20, 6
MOST_FAN, MOST_GIVEN = 200, 1_000
MOST_FOUND = 50
PROJECT = OpenApiParameter("project", str, description="The project's short name; absent: all that you may see.")


class Lineage(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("of", str, required=True, description="Such as `models/churn:3` or `datasets/churn:1`."),
            PROJECT,
            OpenApiParameter("direction", str, enum=list(DIRECTIONS)),
            OpenApiParameter("depth", int, description="At most 20; 6 where it is absent."),
            OpenApiParameter("kinds", str, description="With commas, such as `run,model`; absent: all but steps."),
            OpenApiParameter("fan", int, description="Neighbours of one thing to one side; 25 where it is absent."),
            OpenApiParameter("after", int, description="Of the thing itself: go on behind so many neighbours."),
            OpenApiParameter("most", int, description="Things altogether; 200 where it is absent."),
        ],
        responses=dict,
    )
    def get(self, request: Request) -> Response:
        """Who made and used what: nodes and edges around one thing.

        A node's `more_up` and `more_down` say from where to go on: ask for that node with `after`."""
        asked = request.query_params
        projects = asked_projects(request)
        row = find(projects, asked.get("of", ""))
        bounds = Bounds(
            depth=_number(asked.get("depth"), "depth", USUAL_DEPTH, MOST_DEPTH, least=1),
            most=_number(asked.get("most"), "most", MOST_NODES, MOST_GIVEN, least=2),
            fan=_number(asked.get("fan"), "fan", USUAL_FAN, MOST_FAN, least=1),
            after=_number(asked.get("after"), "after", 0, 10_000_000),
            only=_kinds(asked.get("kinds", "")),
            projects=(seen := {one.pk for one in visible_projects(request.user)}),
            offered=shown_beside(request.user, seen),
        )
        graph = graph_of(row, direction=_direction(asked.get("direction", "both")), bounds=bounds)
        return Response(msgspec.to_builtins(graph))


class Found(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="A part of the name; empty: the newest of each kind."),
            OpenApiParameter("kinds", str, description="With commas, such as `run,model`; absent: all but steps."),
            PROJECT,
        ],
        responses=dict,
    )
    def get(self, request: Request) -> Response:
        """Things whose name has a text, at most 50: what to ask the graph of."""
        asked = request.query_params
        rows = things_named(asked_projects(request), asked.get("q", ""), only=_kinds(asked.get("kinds", "")))
        return Response({"results": msgspec.to_builtins([node_of(row) for row in rows[:MOST_FOUND]])})


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


def asked_projects(request: Request) -> list[Project]:
    """That the person may see, or the one of them that was asked for."""
    projects = list(visible_projects(request.user))
    slug = request.query_params.get("project")
    return [one for one in projects if one.slug == slug] if slug else projects


def _direction(given: str) -> Direction:
    if given not in DIRECTIONS:
        raise Refusal(
            "direction_unknown",
            _("“%(given)s” is no direction.") % {"given": given},
            hint=nearest(given, DIRECTIONS) or _("Use up, down or both."),
            where=Where(parameter="direction", value=given),
        )
    return DIRECTIONS[given]


def _kinds(given: str) -> tuple[str, ...]:
    wanted = tuple(one.strip() for one in given.split(",") if one.strip())
    known = [kind.title for kind in KINDS]
    for one in wanted:
        if one not in known:
            raise Refusal(
                "lineage_kind_unknown",
                _("“%(given)s” is no kind of thing that lineage knows.") % {"given": one[:100]},
                hint=nearest(one, known) or _("There are: %(kinds)s.") % {"kinds": ", ".join(known)},
                where=Where(parameter="kinds", value=one[:100]),
            )
    return wanted


def _number(given: str | None, name: str, usual: int, most: int, *, least: int = 0) -> int:
    if not given:
        return usual
    if not given.isdecimal() or len(given) > 9 or not least <= int(given) <= most:
        raise Refusal(
            f"{name}_out_of_range",
            _("“%(given)s” for “%(name)s” is not a number from %(least)d to %(most)d.")
            % {"given": given[:40], "name": name, "least": least, "most": most},
            hint=_("Leave it out for %(usual)d.") % {"usual": usual},
            where=Where(parameter=name, value=given[:40]),
        )
    return int(given)
