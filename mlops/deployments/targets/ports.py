"""Ports of this machine for servers: below the range that the system gives to outgoing connections."""

from __future__ import annotations

import random
import socket
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from mlops.deployments.models import Deployment
from mlops.formats.refusal import Refusal

FIRST_PORT, LAST_PORT = 18_100, 19_900


def ports_of(placing: Mapping[str, Any] | None) -> list[int]:
    """Replica by replica."""
    if placing is None:
        return []
    return list(placing["ports"]) if "ports" in placing else [placing["port"]]


def free_ports(count: int) -> list[int]:
    """Not in use, and not promised to another server; the caller holds the lock under which they are given away.
    Raises Refusal `no_free_port`."""
    if count <= 0:
        return []
    rows = Deployment.objects.filter(target="process").values_list("placing", "ready_placing")
    taken = {port for placings in rows for placing in placings for port in ports_of(placing)}
    ports = [port for port in range(FIRST_PORT, LAST_PORT) if port not in taken]
    random.shuffle(ports)
    found: list[int] = []
    for port in ports:
        if _is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise Refusal(
        "no_free_port",
        _("No port from %(first_port)s to %(last_port)s is free on this machine.")
        % {"first_port": FIRST_PORT, "last_port": LAST_PORT},
        hint=_("Delete deployments that are not needed, or lower the number of instances."),
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
