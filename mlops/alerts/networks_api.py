"""REST: private networks that alerts may reach; for administrators."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.alerts import networks
from mlops.alerts.bodies import fields_of
from mlops.alerts.models import AllowedNetwork


class NetworksView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        networks.require_administrator(request.user)
        rows = [network_view(one) for one in AllowedNetwork.objects.all()]
        return Response({"results": rows, "next": None, "previous": None})

    @extend_schema(request=dict, responses={201: dict})
    def post(self, request: Request) -> Response:
        """`name`: a host, an address or a network; `note`: why."""
        form = fields_of(request)
        made = networks.allow(request.user, str(form.get("name", "")), note=str(form.get("note", "")))
        return Response(network_view(made), status=status.HTTP_201_CREATED)


class OneNetworkView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, network_id: int) -> Response:
        networks.forbid(request.user, networks.by_id(request.user, network_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def network_view(row: AllowedNetwork) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "note": row.note, "created_at": row.created_at}
