"""The tabs of a deployment's page that only some targets have: its devices, and what its target is told."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _

from mlops.deployments import manifesting, queries
from mlops.deployments.models import Deployment
from mlops.device.verify import fingerprint
from mlops.devices import actions
from mlops.devices.api import bundle_file
from mlops.devices.models import Platform
from mlops.devices.queries import bundle_of, device_of, devices_of, standing_of, summary_of
from mlops.formats.refusal import Refusal
from mlops.packaging.bundles.signing import public_key
from mlops.web.guard import signed_in


def tabs_of(deployment: Deployment) -> tuple[str, ...]:
    more = {"kubernetes": ("manifests",), "iot_edge": ("devices", "manifests")}
    return more.get(deployment.target, ())


def devices(request: HttpRequest, shown: Deployment) -> dict[str, Any]:
    bundles = [(value, label, bundle_of(shown, value)) for value, label in Platform.choices]
    return {
        "devices": [(one, standing_of(one)) for one in devices_of(shown)],
        "summary": summary_of(shown),
        "bundles": [one for one in bundles if one[2] is not None],
        "platforms": Platform.choices,
        "fingerprint": fingerprint(public_key()),
        "typed": {name: request.POST.get(name, "") for name in ("name", "platform")},
    }


def manifests(request: HttpRequest, shown: Deployment) -> dict[str, Any]:
    try:
        return {"manifests": manifesting.shown(shown)}
    except Refusal as refusal:
        return {"manifests_problem": refusal}


def enrol(request: HttpRequest, shown: Deployment) -> dict[str, Any]:
    """What the page then shows once."""
    given = {name: request.POST.get(name, "") for name in ("name", "platform")}
    device, token = actions.enrol(request.user, shown, **given)
    return {"token": token, "token_of": device}


def renew(request: HttpRequest, shown: Deployment) -> dict[str, Any]:
    device = _asked_for(request, shown)
    return {"token": actions.renew_token(request.user, device), "token_of": device}


def forget(request: HttpRequest, shown: Deployment) -> dict[str, Any]:
    device = _asked_for(request, shown)
    actions.forget(request.user, device)
    return {"said": _("“%(name)s” is forgotten, with its reports.") % {"name": device.name}}


ACTS = {"enrol": enrol, "renew": renew, "forget": forget}


@signed_in
def bundle(request: HttpRequest, endpoint_id: uuid.UUID, deployment_id: uuid.UUID, platform: str) -> FileResponse:
    shown = queries.deployment_of(queries.visible_endpoint(request.user, endpoint_id), deployment_id)
    return bundle_file(shown, platform)


@signed_in
def manifest_file(request: HttpRequest, endpoint_id: uuid.UUID, deployment_id: uuid.UUID) -> HttpResponse:
    shown = queries.deployment_of(queries.visible_endpoint(request.user, endpoint_id), deployment_id)
    made = manifesting.shown(shown)
    answer = HttpResponse(made.text, content_type=f"{made.content_type}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{made.file_name}"'
    return answer


def _asked_for(request: HttpRequest, shown: Deployment) -> Any:
    try:
        return device_of(shown, uuid.UUID(request.POST.get("device", "")))
    except ValueError:
        raise Refusal("not_found", _("There is no such device."), status=404) from None


ONE = "endpoints/<uuid:endpoint_id>/<uuid:deployment_id>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{ONE}bundle/<str:platform>/", bundle, name="device-bundle"),
    path(f"{ONE}manifests/", manifest_file, name="deployment-manifests"),
]
