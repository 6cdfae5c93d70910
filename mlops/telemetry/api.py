"""REST: how an endpoint's deployments did over time."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.deployments import queries
from mlops.deployments.models import Deployment
from mlops.telemetry.ranges import Span, span_of
from mlops.telemetry.series import Point, series, total

ASKED = [
    OpenApiParameter("range", str, description="15m, 1h, 6h, 24h, 7d, 30d or 90d back from now (1h)"),
    OpenApiParameter("from", str, description="ISO 8601, in place of `range`"),
    OpenApiParameter("to", str, description="ISO 8601 (now)"),
    OpenApiParameter("step", int, description="seconds, whole minutes; by itself about a hundred steps"),
    OpenApiParameter("deployment", str, many=True, description="name or id, also several; all of the endpoint"),
    OpenApiParameter("as", str, description="`csv` for a table in place of JSON"),
]


class TelemetryView(APIView):
    @extend_schema(parameters=ASKED, responses={200: dict})
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response | HttpResponse:
        """Rate, latency, errors and saturation step by step: the fields of telemetry.series.Point."""
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        asked = request.query_params
        names = [one for text in asked.getlist("deployment") for one in text.split(",") if one]
        shown = [queries.deployment_of(endpoint, one) for one in names] or list(queries.deployments_of(endpoint))
        span = span_of(
            now=timezone.now(),
            name=asked.get("range", ""),
            start=asked.get("from", ""),
            end=asked.get("to", ""),
            step=asked.get("step", ""),
        )
        if asked.get("as") == "csv":
            return csv_answer(endpoint.name, shown, span)
        return Response(
            {
                "from": span.start,
                "to": span.end,
                "step_seconds": span.step_seconds,
                "deployments": [
                    {
                        "deployment": one.name,
                        "total": msgspec.to_builtins(total(one, span)),
                        "points": msgspec.to_builtins(series(one, span)),
                    }
                    for one in shown
                ],
            }
        )


def csv_answer(name: str, shown: list[Deployment], span: Span) -> HttpResponse:
    """One line a deployment and step; `statuses` as `200=5 503=1`."""
    written = io.StringIO()
    fields = Point.__struct_fields__
    table = csv.writer(written)
    table.writerow(("deployment", *fields))
    for one in shown:
        for point in series(one, span):
            table.writerow((one.name, *(_cell(getattr(point, field)) for field in fields)))
    answer = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-telemetry.csv"'
    return answer


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return " ".join(f"{key}={count}" for key, count in value.items())
    return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else value
