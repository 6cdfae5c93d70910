"""REST: subscriptions to events, their deliveries, tests and replays."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import msgspec
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named
from mlops.access.paging import CursorPages
from mlops.alerts.bodies import fields_of
from mlops.alerts.models import Delivery, DeliveryAttempt, Subscription
from mlops.alerts.subscriptions import actions, queries
from mlops.alerts.subscriptions.checking import read_settings
from mlops.alerts.subscriptions.shaping import attempt_view, delivery_view, settings_of, subscription_view
from mlops.formats.refusal import Refusal, Where

PROJECT = OpenApiParameter("project", str, description="a project's slug")
STATE = OpenApiParameter("state", str, description="waiting, sending, delivered or dead")


class SubscriptionsView(APIView):
    @extend_schema(parameters=[PROJECT], responses={200: dict})
    def get(self, request: Request) -> Response:
        """Those that this person may change; no address and no secret is told."""
        rows = queries.visible_to(request.user)
        if slug := request.query_params.get("project", ""):
            rows = rows.filter(project=project_named(request.user, slug))
        found = list(rows)
        counts = queries.counts_of(found)
        results = [subscription_view(one, counts[one.pk]) for one in found]
        return Response({"results": results, "next": None, "previous": None})

    @extend_schema(request=dict, responses={201: dict})
    def post(self, request: Request) -> Response:
        """`project` (none: all, for administrators), name, url, types, filters, envelope … The answer has the signing
        `secret`, this once."""
        form = fields_of(request)
        slug = str(form.pop("project", "") or "")
        project = project_named(request.user, slug) if slug else None
        row, secret = actions.create(request.user, project, read_settings(form))
        return Response({**_view(row), "secret": secret}, status=status.HTTP_201_CREATED)


class OneSubscriptionView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, subscription_id: uuid.UUID) -> Response:
        return Response(_view(queries.by_id(request.user, subscription_id)))

    @extend_schema(request=dict, responses={200: dict})
    def patch(self, request: Request, subscription_id: uuid.UUID) -> Response:
        """Each field that is given replaces the whole of that field; the others stay."""
        row = queries.by_id(request.user, subscription_id)
        form = {**msgspec.to_builtins(settings_of(row)), **fields_of(request)}
        return Response(_view(actions.update(request.user, row, read_settings(form))))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, subscription_id: uuid.UUID) -> Response:
        actions.delete(request.user, queries.by_id(request.user, subscription_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PauseView(APIView):
    @extend_schema(request=None, responses={200: dict})
    def post(self, request: Request, subscription_id: uuid.UUID) -> Response:
        """What happens meanwhile waits, for three days."""
        return Response(_view(actions.pause(request.user, queries.by_id(request.user, subscription_id))))


class ResumeView(APIView):
    @extend_schema(request=None, responses={200: dict})
    def post(self, request: Request, subscription_id: uuid.UUID) -> Response:
        return Response(_view(actions.resume(request.user, queries.by_id(request.user, subscription_id))))


class RotateView(APIView):
    @extend_schema(request=dict, responses={200: dict})
    def post(self, request: Request, subscription_id: uuid.UUID) -> Response:
        """The new `secret`; for a day both sign."""
        row = queries.by_id(request.user, subscription_id)
        given = str(fields_of(request).get("secret", "") or "")
        return Response({"secret": actions.rotate_secret(request.user, row, secret=given)})


class TestView(APIView):
    @extend_schema(request=None, responses={202: dict})
    def post(self, request: Request, subscription_id: uuid.UUID) -> Response:
        """Sent within seconds: the delivery says what came of it."""
        made = actions.send_test(request.user, queries.by_id(request.user, subscription_id))
        return Response(delivery_view(made), status=status.HTTP_202_ACCEPTED)


class ReplayView(APIView):
    @extend_schema(request=dict, responses={202: dict})
    def post(self, request: Request, subscription_id: uuid.UUID) -> Response:
        """`deliveries`: their ids; or `dead`: true; or `start` and `end`: every event of that span that it wants."""
        row, form = queries.by_id(request.user, subscription_id), fields_of(request)
        keys = form.get("deliveries") or []
        if not isinstance(keys, list) or not all(isinstance(one, int) for one in keys):
            raise _wrong("deliveries", _("These are no ids of deliveries."), _("Give a list of numbers."))
        start, end = _moment(form, "start"), _moment(form, "end")
        if not keys and not form.get("dead") and start is None and end is None:
            raise _wrong("deliveries", _("Say what is sent once more."), _("Give deliveries, dead, or start and end."))
        dead = form.get("dead") is True
        count = actions.replay(request.user, row, deliveries=keys, is_dead=dead, start=start, end=end)
        return Response({"count": count}, status=status.HTTP_202_ACCEPTED)


class DeliveriesView(APIView):
    @extend_schema(parameters=[STATE], responses={200: dict})
    def get(self, request: Request, subscription_id: uuid.UUID) -> Response:
        row = queries.by_id(request.user, subscription_id)
        pages = CursorPages()
        pages.ordering = "-id"
        rows = queries.deliveries_of(row, state=request.query_params.get("state", ""))
        found = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response([delivery_view(one) for one in found or ()])


class OneDeliveryView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, subscription_id: uuid.UUID, delivery_id: int) -> Response:
        """With each attempt: when, how long, the status, and the first bytes of the answer."""
        row = queries.by_id(request.user, subscription_id)
        found = queries.deliveries_of(row).filter(pk=delivery_id).first()
        if found is None:
            raise Refusal("not_found", _("There is no such delivery."), status=404)
        return Response({**delivery_view(found), "log": [attempt_view(one) for one in _log(found)]})


def _log(delivery: Delivery) -> Any:
    return DeliveryAttempt.objects.filter(delivery=delivery)


def _view(row: Subscription) -> dict[str, Any]:
    return subscription_view(row, queries.counts_of([row])[row.pk])


def _moment(form: dict[str, Any], name: str) -> datetime | None:
    if not form.get(name):
        return None
    try:
        found = parse_datetime(str(form[name]))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise _wrong(name, _("“%(given)s” is no moment.") % {"given": form[name]}, _("Such as 2026-05-04T09:30:00Z."))
    return found


def _wrong(place: str, message: str, hint: str) -> Refusal:
    return Refusal("replay_invalid", message, hint=hint, where=Where(parameter=place))
