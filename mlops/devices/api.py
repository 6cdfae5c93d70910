"""REST: the devices of a deployment and its bundles for people; reports and updates for devices."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from django.contrib.auth.models import AnonymousUser
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.openapi import files
from mlops.blobs.trees import open_blob
from mlops.deployments.models import Deployment
from mlops.deployments.queries import deployment_of, visible_endpoint
from mlops.deployments.targets.iot_edge.target import folder_name
from mlops.devices import actions, queries
from mlops.devices.collected import take_segment
from mlops.devices.models import Device
from mlops.formats.bundle import PLATFORMS, DeviceReports
from mlops.formats.refusal import Refusal


class NewDevice(serializers.Serializer[Any]):
    name = serializers.CharField()
    platform = serializers.ChoiceField(choices=PLATFORMS, default=PLATFORMS[0])


class DeviceView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    platform = serializers.CharField()
    state = serializers.CharField(help_text="waiting, current, behind, failing or silent")
    reason = serializers.CharField()
    hint = serializers.CharField()
    seen_at = serializers.DateTimeField(allow_null=True)
    serial = serializers.IntegerField(allow_null=True)
    requests = serializers.IntegerField()
    errors = serializers.IntegerField()  # type: ignore[assignment]
    refused = serializers.IntegerField()
    rows = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class DevicesView(APIView):
    @extend_schema(responses=DeviceView(many=True))
    def get(self, request: Request, endpoint_id: uuid.UUID, deployment_id: str) -> Response:
        deployment = _deployment(request, endpoint_id, deployment_id)
        results = [device_view(one) for one in queries.devices_of(deployment)]
        return Response({"results": results, "next": None, "previous": None})

    @extend_schema(request=NewDevice, responses={201: DeviceView})
    def post(self, request: Request, endpoint_id: uuid.UUID, deployment_id: str) -> Response:
        """The answer has the device's `token`, which is shown once."""
        deployment = _deployment(request, endpoint_id, deployment_id)
        wanted = NewDevice(data=request.data)
        wanted.is_valid(raise_exception=True)
        device, token = actions.enrol(request.user, deployment, **wanted.validated_data)
        body = device_view(device) | {"token": token}
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class OneDeviceView(APIView):
    @extend_schema(responses=DeviceView)
    def get(self, request: Request, endpoint_id: uuid.UUID, deployment_id: str, device_id: uuid.UUID) -> Response:
        """With its newest reports."""
        device = queries.device_of(_deployment(request, endpoint_id, deployment_id), device_id)
        fields = ("since", "until", "serial", "model", "state", "requests", "errors", "refused", "rows", "messages")
        reports = [{name: getattr(one, name) for name in fields} for one in queries.reports_of(device)]
        return Response(device_view(device) | {"reports": reports})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, endpoint_id: uuid.UUID, deployment_id: str, device_id: uuid.UUID) -> Response:
        actions.forget(request.user, queries.device_of(_deployment(request, endpoint_id, deployment_id), device_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeviceTokenView(APIView):
    @extend_schema(request=None, responses={200: dict})
    def post(self, request: Request, endpoint_id: uuid.UUID, deployment_id: str, device_id: uuid.UUID) -> Response:
        """A new token; the old one is worth nothing from now on."""
        device = queries.device_of(_deployment(request, endpoint_id, deployment_id), device_id)
        token = actions.renew_token(request.user, device)
        return Response({"token": token}, headers={"Cache-Control": "no-store"})


class BundleView(APIView):
    @extend_schema(responses=files(["application/gzip"]))
    def get(self, request: Request, endpoint_id: uuid.UUID, deployment_id: str) -> FileResponse:
        """The newest bundle that is ready, `?platform=` x86_64 (default) or aarch64."""
        deployment = _deployment(request, endpoint_id, deployment_id)
        return bundle_file(deployment, request.query_params.get("platform", PLATFORMS[0]))


class DeviceAuthentication(BaseAuthentication):
    """By the token that the device was enrolled with; `request.auth` is the device."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Device] | None:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        device = queries.device_with(token.strip()) if scheme.lower() == "bearer" else None
        return (AnonymousUser(), device) if device is not None else None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class IsDevice(BasePermission):
    message = "Only an enrolled device may do this: send its token."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Device)


class ReportsView(APIView):
    authentication_classes = (DeviceAuthentication,)
    permission_classes = (IsDevice,)

    @extend_schema(request=dict, responses={200: dict})
    def post(self, request: Request) -> HttpResponse:
        """For devices: formats.bundle.DeviceReports, answered by ReportAnswer."""
        try:
            told = msgspec.convert(request.data, DeviceReports)
        except msgspec.ValidationError as error:
            raise Refusal("report_invalid", _("The reports cannot be read: %(error)s.") % {"error": error}) from None
        answer = actions.take_reports(_device(request), told)
        return HttpResponse(msgspec.json.encode(answer), content_type="application/json")


class SegmentView(APIView):
    authentication_classes = (DeviceAuthentication,)
    permission_classes = (IsDevice,)

    @extend_schema(request=bytes, responses={204: None})
    def put(self, request: Request, name: str) -> Response:
        """For devices: a segment of what was collected there."""
        take_segment(_device(request), name, request.body)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeviceBundleView(APIView):
    authentication_classes = (DeviceAuthentication,)
    permission_classes = (IsDevice,)

    @extend_schema(responses=files(["application/gzip"]))
    def get(self, request: Request, serial: int) -> FileResponse:
        """For devices: the bundle that was offered."""
        device = _device(request)
        offered = queries.bundle_of(device.deployment, device.platform)
        if offered is None or offered.serial != serial:
            raise Refusal(
                "bundle_gone",
                _("Bundle %(serial)s is not offered any more.") % {"serial": serial},
                hint=_("Ask again."),
                status=404,
            )
        return bundle_file(device.deployment, device.platform)


def bundle_file(deployment: Deployment, platform: str) -> FileResponse:
    offered = queries.bundle_of(deployment, platform)
    if offered is None:
        made = ", ".join((deployment.ready_placing or {}).get("bundles") or {})
        hint = (
            _("There are bundles for: %(made)s.") % {"made": made}
            if made
            else _("Wait until the deployment is healthy.")
        )
        message = _("“%(name)s” has no bundle for %(platform)s.") % {"name": deployment.name, "platform": platform}
        raise Refusal("no_bundle", message, hint=hint, status=404)
    name = f"{folder_name(deployment)}-{offered.serial}-{platform}.tar.gz"
    answer = FileResponse(open_blob(offered.digest), as_attachment=True, filename=name, content_type="application/gzip")
    answer["Content-Length"] = str(offered.size_bytes)
    return answer


def device_view(device: Device) -> dict[str, Any]:
    standing = queries.standing_of(device)
    plain = ("id", "name", "platform", "seen_at", "serial", "requests", "errors", "refused", "rows", "created_at")
    told = {name: getattr(device, name) for name in plain}
    return told | {"state": standing.state, "reason": standing.reason, "hint": standing.hint}


def _deployment(request: Request, endpoint_id: uuid.UUID, deployment_id: str) -> Deployment:
    return deployment_of(visible_endpoint(request.user, endpoint_id), deployment_id)


def _device(request: Request) -> Device:
    assert isinstance(request.auth, Device)
    return request.auth
