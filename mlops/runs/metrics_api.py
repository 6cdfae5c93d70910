"""The REST routes of metrics, parameters and files of runs, below /api/v1/."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.formats.refusal import Refusal
from mlops.runs import queries, sharing
from mlops.runs.comparing import beside
from mlops.runs.models import Run
from mlops.runs.series import courses, measured

MOST_RUNS = 50
MOST_POINTS = 10_000


class RunMetrics(APIView):
    """The last value of each metric, and how many there are of it."""

    @extend_schema(responses=dict)
    def get(self, request: Request, run_id: UUID) -> Response:
        run = sharing.readable(request.user, run_id)
        return Response({"results": [msgspec.to_builtins(one) for one in measured(run)]})


class RunsSeries(APIView):
    """`?run=ID&run=ID&key=loss&most=1000`: the course of a metric in each of the runs."""

    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        asked = request.query_params
        runs = named_runs(request.user, asked.getlist("run"), among=sharing.readable_by(request.user))
        key = asked.get("key", "")
        if not key:
            raise Refusal("metric_missing", _("No metric is named."), hint=_("Give ?key=NAME."), status=400)
        most = min(max(_number(asked.get("most", "")), 10), MOST_POINTS)
        return Response({"key": key, "series": [_told(one, runs) for one in courses(runs, key, most=most)]})


class RunsBeside(APIView):
    """`?run=ID&run=ID`: facts, parameters, metrics, data, environment and code of each beside the others'."""

    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        runs = named_runs(request.user, request.query_params.getlist("run"))
        heads = [{"id": str(run.pk), "number": run.number, "display_name": run.display_name} for run in runs]
        found = msgspec.to_builtins(beside(runs))
        for row in found["metrics"]:
            row["values"] = [_finite(value) for value in row["values"]]
        return Response({"runs": heads, **found})


def named_runs(person: Any, ids: list[str], *, among: QuerySet[Run] | None = None) -> list[Run]:
    """In the order in which they are named, each once. `among`: those that may be named, else all that the person
    sees by a role. Raises Refusal `run_missing`, `too_many_runs` or `not_found`."""
    try:
        wanted = list(dict.fromkeys(UUID(one) for one in ids))
    except ValueError as error:
        message = _("“%(ids)s” are no ids of runs.") % {"ids": ", ".join(ids)[:120]}
        raise Refusal("run_missing", message, hint=_("Give ?run=ID&run=ID."), status=400) from error
    if not wanted:
        raise Refusal("run_missing", _("No run is named."), hint=_("Give ?run=ID&run=ID."), status=400)
    if len(wanted) > MOST_RUNS:
        message = _("%(count)d runs are too many at once.") % {"count": len(wanted)}
        raise Refusal("too_many_runs", message, hint=_("Take at most %(most)d.") % {"most": MOST_RUNS}, status=400)
    seen = queries.visible_to(person) if among is None else among
    known = {run.pk: run for run in seen.filter(pk__in=wanted)}
    return [known[one] if one in known else queries.run(person, one) for one in wanted]


def _told(course: Any, runs: list[Run]) -> dict[str, Any]:
    run = next(one for one in runs if str(one.pk) == course.run)
    return {**msgspec.to_builtins(course), "number": run.number, "name": run.display_name}


def _finite(value: float | None) -> float | str | None:
    """JSON has no NaN and no infinity: they go as `nan`, `inf` and `-inf`."""
    return value if value is None or math.isfinite(value) else str(value)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 1_000
