"""REST: looks of a monitor, what they found, values over time, and back-fills."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.paging import CursorPages
from mlops.monitoring import asking, queries
from mlops.monitoring.importing import import_stored
from mlops.monitoring.models import Look
from mlops.monitoring.past import past_of
from mlops.monitoring.shaping import backfill_line, look_line
from mlops.monitoring.stored_form import stored_form

MOST_LOOKS = 2_000


class LookPages(CursorPages):
    """The newest window first."""

    ordering = ("-end", "-number")


class Range(serializers.Serializer[Any]):
    start = serializers.DateTimeField(required=False)
    end = serializers.DateTimeField(required=False)


class WholeRange(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField(required=False)
    only_count = serializers.BooleanField(default=False)


class Looks(APIView):
    """`?state=`; the newest first."""

    @extend_schema(responses=dict)
    def get(self, request: Request, monitor_id: UUID) -> Response:
        found = queries.looks_of(queries.visible_monitor(request.user, monitor_id))
        if state := request.query_params.get("state"):
            found = found.filter(state=state)
        pages = LookPages()
        rows: list[Look] = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response([look_line(one) for one in rows])

    @extend_schema(request=Range, responses={202: dict})
    def post(self, request: Request, monitor_id: UUID) -> Response:
        """Looks now: at the window that ends now, or at [start, end)."""
        monitor = queries.visible_monitor(request.user, monitor_id)
        fields = Range(data=request.data)
        fields.is_valid(raise_exception=True)
        made = asking.look_now(request.user, monitor, **dict(fields.validated_data))
        return Response({"results": [look_line(one) for one in made]}, status=202)


class OneLook(APIView):
    """With all that it found: formats.monitor.MonitorFound."""

    @extend_schema(responses=dict)
    def get(self, request: Request, monitor_id: UUID, number: int) -> Response:
        look = queries.look_of(queries.visible_monitor(request.user, monitor_id), number)
        found = queries.found_by(look)
        return Response(look_line(look) | {"found": msgspec.to_builtins(found) if found else None})


class LookAgain(APIView):
    @extend_schema(request=None, responses={202: dict})
    def post(self, request: Request, monitor_id: UUID, number: int) -> Response:
        look = queries.look_of(queries.visible_monitor(request.user, monitor_id), number)
        return Response(look_line(asking.look_again(request.user, look)), status=202)


class CancelLook(APIView):
    @extend_schema(request=None, responses=dict)
    def post(self, request: Request, monitor_id: UUID, number: int) -> Response:
        look = queries.look_of(queries.visible_monitor(request.user, monitor_id), number)
        return Response(look_line(asking.cancel_look(request.user, look)))


class Values(APIView):
    """Every measured value of the last looks, the oldest first: `?signal=&feature=&metric=&most=`."""

    @extend_schema(responses=dict)
    def get(self, request: Request, monitor_id: UUID) -> Response:
        monitor = queries.visible_monitor(request.user, monitor_id)
        asked = request.query_params
        text = asked.get("most", "")
        most = min(int(text), MOST_LOOKS) if text.isdecimal() else 500
        looks = queries.looks_with_values(monitor, most=most)
        wanted = {name: asked[name] for name in ("signal", "feature", "metric") if name in asked}
        return Response({"results": [_values(look, wanted) for look in looks]})


class StoredForm(APIView):
    """The last looks in the form that Azure ML's drift monitor stores, one element a look."""

    @extend_schema(responses=list[dict[str, Any]])
    def get(self, request: Request, monitor_id: UUID) -> Response:
        monitor = queries.visible_monitor(request.user, monitor_id)
        return Response(stored_form(monitor, queries.looks_with_values(monitor)))

    @extend_schema(request=dict, responses={201: dict})
    def post(self, request: Request, monitor_id: UUID) -> Response:
        """Keeps the looks of such a list, for charts over time; those that were kept before are left out."""
        monitor = queries.visible_monitor(request.user, monitor_id)
        made = import_stored(request.user, monitor, request.data)
        return Response({"results": [look_line(one) for one in made]}, status=201)


class Backfills(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, monitor_id: UUID) -> Response:
        found = queries.backfills_of(queries.visible_monitor(request.user, monitor_id))
        return Response({"results": [backfill_line(one) for one in found[:200]]})

    @extend_schema(request=WholeRange, responses={200: dict, 202: dict})
    def post(self, request: Request, monitor_id: UUID) -> Response:
        """Looks at every window that ends in (start, end], from the target's first row on. `only_count`: says how many
        there are, and begins nothing."""
        monitor = queries.visible_monitor(request.user, monitor_id)
        fields = WholeRange(data=request.data)
        fields.is_valid(raise_exception=True)
        asked = dict(fields.validated_data)
        if asked.pop("only_count"):
            past = past_of(monitor, asked["start"], asked.get("end"), now=timezone.now())
            return Response(msgspec.to_builtins(past))
        made = asking.backfill(request.user, monitor, **asked)
        return Response(backfill_line(made), status=202)


class CancelBackfill(APIView):
    @extend_schema(request=None, responses=dict)
    def post(self, request: Request, monitor_id: UUID, number: int) -> Response:
        asked = queries.backfill_of(queries.visible_monitor(request.user, monitor_id), number)
        return Response(backfill_line(asking.cancel_backfill(request.user, asked)))


def _values(look: Look, wanted: dict[str, str]) -> dict[str, Any]:
    signals = []
    for signal in (look.summary or {}).get("signals", ()):
        if "signal" in wanted and signal["name"] != wanted["signal"]:
            continue
        kept = [
            one
            for one in signal.get("values", ())
            if all(one.get(name, "") == wanted[name] for name in ("feature", "metric") if name in wanted)
        ]
        signals.append(signal | {"values": kept})
    return {
        "look": look.number,
        "start": look.start.isoformat() if look.start else None,
        "end": look.end.isoformat(),
        "window": look.window,
        "alarm": look.is_alarm,
        "rows": look.rows,
        "signals": signals,
    }
