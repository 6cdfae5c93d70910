"""What a target would be told, for reading before it is: Kubernetes objects, or a deployment manifest of IoT Edge."""

from __future__ import annotations

import msgspec
from django.utils.translation import gettext as _

from mlops.deployments.models import Deployment, Endpoint
from mlops.deployments.targets import target
from mlops.deployments.targets.iot_edge import azure
from mlops.deployments.targets.iot_edge import checks as edge_checks
from mlops.deployments.targets.iot_edge.manifest import as_json, manifest
from mlops.deployments.targets.kubernetes import building
from mlops.deployments.targets.kubernetes import checks as kubernetes_checks
from mlops.deployments.targets.kubernetes.manifests import as_yaml, manifests
from mlops.deployments.targets.kubernetes.wanted import Workload
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal

HEAD = "# {title}\n# Passwords are left out: they are sent to the cluster alone.\n"
TARGETS = ("kubernetes", "iot_edge")
NO_IMAGE = (
    "The deployment names no image; Azure's runtime needs one that it can pull. "
    "`mlops model package` makes and pushes one: name it in the settings."
)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """`problems`: what our checks have against it, in plain words."""

    text: str
    file_name: str
    content_type: str
    problems: tuple[str, ...] = ()


def shown(deployment: Deployment) -> Shown:
    """Of a deployment's present revision. Raises Refusal `no_manifests`."""
    if deployment.target == "kubernetes":
        return _kubernetes(building.workload(deployment, deployment.placing, revision=deployment.revision))
    return _edge(deployment.wanted, name=deployment.name, model=str(deployment.version))


def preview(wanted: DeploymentSettings, *, endpoint: Endpoint, name: str, model: str) -> Shown:
    """Of a deployment that there is not yet. Nothing is made."""
    target(wanted.target).check(wanted)
    return preview_of(wanted, project=endpoint.project.slug, endpoint=endpoint.name, name=name, model=model)


def preview_of(wanted: DeploymentSettings, *, project: str, endpoint: str, name: str, model: str) -> Shown:
    if wanted.target == "kubernetes":
        return _kubernetes(building.preview(wanted, project=project, endpoint=endpoint, name=name, model=model))
    return _edge(wanted, name=name, model=model)


def _kubernetes(wanted: Workload) -> Shown:
    objects = manifests(wanted)
    head = HEAD.format(title=f"{wanted.model} as {wanted.project}/{wanted.endpoint}/{wanted.name}")
    return Shown(
        text=head + as_yaml(objects),
        file_name=f"{wanted.object}.yaml",
        content_type="application/yaml",
        problems=tuple(kubernetes_checks.problems(objects)),
    )


def _edge(wanted: DeploymentSettings, *, name: str, model: str) -> Shown:
    if wanted.target != "iot_edge":
        raise Refusal(
            "no_manifests",
            _("The target %(target)s is told nothing in manifests.") % {"target": wanted.target},
            hint=_("Deployments on kubernetes and iot_edge have them."),
            status=409,
        )
    edge = azure.edge_deployment(wanted, name=name, model=model)
    found = list(edge_checks.problems(manifest(edge)))
    if not wanted.image:
        found.insert(0, NO_IMAGE)
    return Shown(
        text=as_json(edge).decode(),
        file_name=f"{name.lower()}.deployment.json",
        content_type="application/json",
        problems=tuple(found),
    )
