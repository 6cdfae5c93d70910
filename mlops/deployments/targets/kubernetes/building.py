"""From a row to a workload, and the route of an endpoint: what the pure generators are given."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.clusters import queries
from mlops.deployments.models import Deployment, DeploymentRevision, Endpoint
from mlops.deployments.targets.docker.images import variables_of
from mlops.deployments.targets.docker.rows import studio
from mlops.deployments.targets.kubernetes.places import login_of, namespace_of, read_options
from mlops.deployments.targets.kubernetes.surroundings import SERVICE_PORT
from mlops.deployments.targets.kubernetes.wanted import GatewayRoute, Mirror, Workload
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal

NOT_BUILT = "image-is-built-when-deployed:0"
"""Stands for the image in manifests that are shown before it was built."""
NO_ID = "00000000-0000-0000-0000-000000000000"


def workload(deployment: Deployment, placing: dict[str, Any] | None, *, revision: int) -> Workload:
    """`placing` as `prepare` wrote it for this revision; None: it is only shown."""
    row = DeploymentRevision.objects.select_related("version", "created_by").get(deployment=deployment, number=revision)
    wanted: DeploymentSettings = row.wanted
    if revision == deployment.revision and wanted.scale is None:
        wanted = msgspec.structs.replace(wanted, instances=max(1, deployment.instances))
    endpoint, version = deployment.endpoint, row.version
    return _workload(
        wanted,
        placing or {},
        id=str(deployment.pk),
        endpoint_id=str(endpoint.pk),
        project=endpoint.project.slug,
        endpoint=endpoint.name,
        name=deployment.name,
        revision=revision,
        model=row.model,
        provenance={
            "model-version-id": str(version.pk) if version is not None else "",
            "run": str((version.run_id if version is not None else None) or ""),
            "deployed-by": str(row.created_by or ""),
        },
    )


def preview(wanted: DeploymentSettings, *, project: str, endpoint: str, name: str, model: str) -> Workload:
    """Of a deployment that there is not yet: its objects get other ids."""
    ids = {"id": NO_ID, "endpoint_id": NO_ID}
    return _workload(wanted, {}, **ids, project=project, endpoint=endpoint, name=name, revision=1, model=model)


def _workload(wanted: DeploymentSettings, placing: dict[str, Any], **known: Any) -> Workload:
    options = read_options(wanted.target_options)
    cluster = queries.named(options.cluster)
    variables = placing.get("variables") or wanted.variables
    if placing.get("architecture"):
        places = {"kubernetes.io/arch": placing["architecture"], **options.node_selector}
        options = msgspec.structs.replace(options, node_selector=places)
    return Workload(
        image=placing.get("image") or wanted.image or NOT_BUILT,
        namespace=placing.get("namespace") or namespace_of(cluster, options),
        settings=msgspec.structs.replace(wanted, variables=variables),
        options=options,
        expose=options.expose or cluster.expose,  # type: ignore[arg-type]
        port=options.port,
        studio=studio(),
        login=login_of(cluster),
        **known,
    )


def gateway_route(endpoint: Endpoint, ready: list[Deployment]) -> GatewayRoute | None:
    """`ready`: the endpoint's deployments on one cluster and namespace that serve. None: our router splits alone."""
    if not ready:
        return None
    first = workload(ready[0], ready[0].ready_placing, revision=ready[0].ready_revision or 1)
    cluster = queries.named(first.options.cluster)
    if not cluster.gateway or not cluster.gateway_open:
        return None
    space, _slash, name = cluster.gateway.rpartition("/")
    together = [one for one in ready if (one.ready_placing or {}).get("namespace") == first.namespace]
    names = {one.name for one in together}
    return GatewayRoute(
        endpoint_id=str(endpoint.pk),
        project=endpoint.project.slug,
        endpoint=endpoint.name,
        namespace=first.namespace,
        gateway=name,
        gateway_namespace=space,
        hostname=cluster.gateway_host,
        weights={name: round(share) for name, share in endpoint.traffic.items() if name in names},
        services={one.name: (one.ready_placing["object"], SERVICE_PORT) for one in together},  # type: ignore[index]
        mirrors=tuple(
            Mirror(deployment=name, percent=max(1, round(share)))
            for name, share in sorted(endpoint.mirrors.items())
            if name in names and share
        ),
        studio=studio(),
        timeout_seconds=max(one.wanted.timeout_seconds for one in together),
    )


def variables(deployment: Deployment) -> dict[str, str]:
    return variables_of(deployment, deployment.revision)


def check_shown(found: list[str]) -> None:
    """Raises Refusal `manifest_invalid` with what our own checks say."""
    if found:
        raise Refusal("manifest_invalid", " ".join(found), hint=_("Change the deployment's settings accordingly."))
