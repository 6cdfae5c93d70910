"""The page Telemetry of an endpoint: how its deployments did over any time, live, or two of them side by side."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may, require
from mlops.deployments import queries
from mlops.deployments.models import Deployment, Endpoint
from mlops.formats.refusal import Refusal
from mlops.telemetry import comparing
from mlops.telemetry.api import csv_answer
from mlops.telemetry.ranges import RANGES, USUAL, Span, span_of
from mlops.telemetry.series import Point, series, total
from mlops.web.charts.tables import csv_of
from mlops.web.guard import signed_in
from mlops.web.pages.telemetry_answers import answers_of
from mlops.web.pages.telemetry_charts import charts_of
from mlops.web.projects import show_project

LIVE_SECONDS, SLOW_SECONDS = 10, 60
"""How often the page looks again, of steps of a minute and of longer ones."""


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def telemetry(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    """`?range=`, or `from=` and `to=`; `deployment=` once or more. `csv=` a chart's key or `all`; `part=body`: the
    live part alone. POST compares what the two deployments that are shown answered in this time."""
    endpoint = queries.visible_endpoint(request.user, endpoint_id)
    show_project(request, endpoint.project)
    deployments = list(queries.deployments_of(endpoint))
    try:
        span, shown, problem = _span(request), _shown(request, endpoint, deployments), None
    except Refusal as refusal:
        span, shown, problem = span_of(now=timezone.now()), deployments, refusal
    if request.method == "POST" and problem is None:
        try:
            return _compare(request, endpoint, shown, span)
        except Refusal as refusal:
            problem = refusal
    if request.GET.get("csv") == "all":
        return csv_answer(endpoint.name, shown, span)
    context = _context(request, endpoint, shown, span) | {"deployments": deployments, "problem": problem}
    if key := request.GET.get("csv"):
        return csv_of(context["charts"], key, name=endpoint.name)
    page = "web/telemetry/_body.html" if request.GET.get("part") == "body" else "web/telemetry/telemetry.html"
    return render(request, page, context, status=problem.status if problem else 200)


def _compare(request: HttpRequest, endpoint: Endpoint, shown: list[Deployment], span: Span) -> HttpResponse:
    require(request.user, "endpoints.traffic", endpoint.project)
    if len(shown) != 2:
        raise Refusal("not_two", _("Two deployments are compared."), hint=_("Choose two, and show them."))
    first, second = (one.name for one in shown)
    comparing.compare(request.user, endpoint, first=first, second=second, start=span.start, end=span.end)
    messages.success(request, _("What both answered is compared; it appears here when it is done."))
    response = redirect("web:telemetry", endpoint.pk)
    response["Location"] += f"?{request.GET.urlencode()}#answers"
    return response


def _answers(endpoint: Endpoint, shown: list[Deployment]) -> dict[str, Any]:
    """What two deployments answered, as it was compared last."""
    if len(shown) != 2:
        return {}
    row = comparing.last_of(endpoint, shown[0].name, shown[1].name)
    found = comparing.found_in(row) if row else None
    return {"can_compare": True, "comparison": row, "answers": answers_of(found, row) if found and row else []}


def _context(request: HttpRequest, endpoint: Endpoint, shown: list[Deployment], span: Span) -> dict[str, Any]:
    totals = {one.name: total(one, span) for one in shown}
    answers = _answers(endpoint, shown)
    is_past = bool(request.GET.get("to"))
    return {
        "endpoint": endpoint,
        "project": endpoint.project,
        "may_contribute": may(request.user, "endpoints.traffic", endpoint.project),
        "tab": "telemetry",
        "shown": [one.name for one in shown],
        "span": span,
        "ranges": [(name, _range_words(name)) for name in RANGES],
        "range": "" if request.GET.get("from") else request.GET.get("range", USUAL),
        "live_seconds": 0 if is_past else LIVE_SECONDS if span.step_seconds <= 60 else SLOW_SECONDS,
        "totals": [(one, totals[one.name], endpoint.traffic.get(one.name, 0)) for one in shown],
        "compared": _compared(*totals.values()) if len(totals) == 2 else (),
        "has_traffic": any(one.requests for one in totals.values()),
        **answers,
        "service_charts": (made := charts_of({one.name: series(one, span) for one in shown}, span)),
        "charts": [*made, *(chart for _found, charts in answers.get("answers", ()) for _feature, chart in charts)],
    }


def _span(request: HttpRequest) -> Span:
    asked = request.GET
    return span_of(
        now=timezone.now(),
        name=asked.get("range", ""),
        start=asked.get("from", ""),
        end=asked.get("to", ""),
        step=asked.get("step", ""),
    )


def _shown(request: HttpRequest, endpoint: Endpoint, deployments: list[Deployment]) -> list[Deployment]:
    names = [name for name in request.GET.getlist("deployment") if name]
    return [queries.deployment_of(endpoint, name) for name in dict.fromkeys(names)] or deployments


def _range_words(name: str) -> str:
    number, unit = int(name[:-1]), name[-1]
    return {"m": _("%d min"), "h": _("%d h"), "d": _("%d d")}[unit] % number


def _compared(one: Point, other: Point) -> tuple[dict[str, Any], ...]:
    """What the second does beside the first, in words that need no sum: `unit`, both values, and their ratio."""
    wanted = (
        (_("Requests per second"), "per_second", "number"),
        (_("Share of errors"), "error_share", "share"),
        (_("Time to answer, p50"), "p50", "seconds"),
        (_("Time to answer, p95"), "p95", "seconds"),
        (_("Time to answer, p99"), "p99", "seconds"),
        (_("Wait for a turn"), "queue_wait", "seconds"),
        (_("Utilization"), "utilization", "share"),
        (_("Processor"), "cpu_share", "share"),
        (_("Memory"), "memory_share", "share"),
    )
    return tuple(
        {"title": title, "unit": unit, "first": first, "second": second, "ratio": _ratio(first, second)}
        for title, field, unit in wanted
        for first, second in ((getattr(one, field), getattr(other, field)),)
    )


def _ratio(first: float | None, second: float | None) -> str:
    if first is None or second is None:
        return ""
    if first == second:
        return _("equal")
    return f"{second / first:.2f} ×" if first else ""


urlpatterns: list[URLPattern | URLResolver] = [
    path("endpoints/<uuid:endpoint_id>/telemetry/", telemetry, name="telemetry"),
]
