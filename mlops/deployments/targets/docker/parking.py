"""Stops the containers on this machine's engines when the whole studio stops, so that no process stays behind.

The containers themselves stay: the next start finds and starts them. Remote engines go on as they are."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor

from mlops.deployments.targets.docker.containers import containers
from mlops.deployments.targets.docker.engines import Engine, connected
from mlops.deployments.targets.docker.engines_used import engines_used
from mlops.deployments.targets.docker.rows import studio
from mlops.formats.refusal import Refusal

ENGINE_SECONDS = 3.0
STOP_SECONDS = 2
"""What is under way then is killed: the router has ended before."""


def park() -> int:
    """How many were stopped. An engine that does not answer is left alone."""
    stopped = 0
    for engine in engines_used():
        if engine.is_local:
            with contextlib.suppress(Refusal):
                stopped += _park(engine)
    return stopped


def _park(engine: Engine) -> int:
    with connected(engine, seconds=ENGINE_SECONDS + STOP_SECONDS) as client:
        running = [one.id for one in containers(client, studio=studio()) if one.status in ("running", "restarting")]
        if not running:
            return 0

        def stop(container: str) -> None:
            client.api.stop(container, timeout=STOP_SECONDS)

        with ThreadPoolExecutor(max_workers=min(16, len(running))) as pool:
            list(pool.map(stop, running))
    return len(running)
