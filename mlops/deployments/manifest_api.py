"""REST: what a target would be told, before it is."""

from __future__ import annotations

import uuid

import msgspec
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import require
from mlops.deployments import manifesting, queries
from mlops.deployments.api import NewDeployment, checked_fields, version_asked_for
from mlops.deployments.names import checked_name
from mlops.deployments.settings import NAMES, checked_settings
from mlops.formats.refusal import Refusal


class ManifestsView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, endpoint_id: uuid.UUID, deployment_id: str) -> Response:
        """Kubernetes objects (YAML) or a deployment manifest of IoT Edge (JSON), of the present revision."""
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        return Response(msgspec.to_builtins(manifesting.shown(queries.deployment_of(endpoint, deployment_id))))


class ManifestPreviewView(APIView):
    @extend_schema(request=NewDeployment, responses={200: dict})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """The same for a deployment that there is not yet; nothing is made."""
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        require(request.user, "models.deploy", endpoint.project)
        values = checked_fields(NewDeployment, request)
        version = version_asked_for(request.user, endpoint, values)
        if version is None:
            hint = _('Such as {"model": "prices", "version": 3}.')
            raise Refusal("model_missing", _("Say which model to deploy."), hint=hint)
        wanted = checked_settings({name: value for name, value in values.items() if name in NAMES})
        name = checked_name(values["name"], what="deployment")
        shown = manifesting.preview(wanted, endpoint=endpoint, name=name, model=str(version))
        return Response(msgspec.to_builtins(shown))
