"""Makes and starts one container, on a port that is free."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from mlops.deployments.targets.docker.containers import containers
from mlops.deployments.targets.docker.engines import Engine
from mlops.deployments.targets.docker.failures import explained
from mlops.deployments.targets.docker.volumes import MOUNT, make_volume, open_to_all
from mlops.deployments.targets.docker.wanted import PORT, Wanted, host_config, port_range, user_of
from mlops.formats.refusal import Refusal


def start(client: Any, wanted: Wanted, *, engine: Engine, variables: Mapping[str, str]) -> None:
    """Raises Refusal `port_taken` where each port of the option `ports` is taken, and docker's own errors."""
    image = client.api.inspect_image(wanted.image)
    tried = 0
    for host_port in _ports(client, wanted):
        tried += 1
        try:
            _start(client, wanted, image, engine, host_port, variables)
        except Refusal as refusal:
            if refusal.code != "port_taken":
                raise
            continue
        return
    ports = wanted.settings.target_options.get("ports")
    raise Refusal(
        "port_taken",
        _("All ports of the option ports (%(ports)s) are taken on the engine's machine; %(tried)s were tried.")
        % {"ports": ports, "tried": tried},
        hint=_("Name more ports than the deployment has servers: an update needs one more. Or leave the option out."),
    )


def _ports(client: Any, wanted: Wanted) -> Iterator[int | None]:
    ports = port_range(str(wanted.settings.target_options.get("ports") or ""))
    if ports is None:
        yield None
        return
    ours = {one.port for one in containers(client, studio=wanted.studio)}
    yield from (port for port in ports if port not in ours)


def _start(
    client: Any,
    wanted: Wanted,
    image: Mapping[str, Any],
    engine: Engine,
    port: int | None,
    variables: Mapping[str, str],
) -> None:
    import docker

    network = str(wanted.settings.target_options.get("network") or "")
    inner = port_of(image)
    collects = wanted.settings.collection.is_enabled
    binds = {make_volume(client, wanted): {"bind": MOUNT, "mode": "rw"}} if collects else None
    limits = host_config(wanted.settings, publish=engine.publish, port=port, inner=inner, network=network, binds=binds)
    made = client.api.create_container(
        wanted.image,
        name=wanted.name,
        labels=wanted.labels,
        user=user_of(image),
        environment=dict(variables),
        ports=[inner],
        host_config=client.api.create_host_config(**limits),
    )
    try:
        if collects:
            open_to_all(client, made["Id"])
        client.api.start(made["Id"])
    except docker.errors.APIError as error:
        client.api.remove_container(made["Id"], force=True)
        raise explained(error, engine_url=engine.url) from error


def port_of(image: Mapping[str, Any]) -> int:
    """Where its server listens: the only port that it exposes, else ours."""
    exposed = list((image.get("Config") or {}).get("ExposedPorts") or ())
    return int(exposed[0].partition("/")[0]) if len(exposed) == 1 else PORT
