"""A container of a model's image to be measured, with cores as a quota and a limit of memory, and what it uses."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.profiling.servers import START_SECONDS, Started, not_ready
from mlops.packaging.profiling.usage import Used
from mlops.supervisor.probe import get

PORT = 5001
"""Where images of ours listen (images.building)."""
LABEL = "mlops.profile"
LOG_BYTES = 64 * 1024


@contextmanager
def started_container(image: str, *, engine: str, cores: float, memory_bytes: int, log: Path) -> Iterator[Started]:
    """As the Docker target runs it: read-only, without rights, a port on the loopback. Raises Refusal."""
    import docker
    from docker.errors import APIError, DockerException

    began = time.monotonic()
    try:
        client = docker.DockerClient(base_url=engine, timeout=60) if engine else docker.from_env(timeout=60)
        container = client.containers.run(
            image,
            detach=True,
            labels={LABEL: "1"},
            read_only=True,
            tmpfs={"/tmp": "size=256m"},  # noqa: S108 - inside the container  # nosec B108
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            ports={f"{PORT}/tcp": ("127.0.0.1", None)},
            mem_limit=memory_bytes,
            memswap_limit=memory_bytes,
            nano_cpus=int(cores * 1e9),
            pids_limit=512,
        )
    except (DockerException, APIError, OSError) as error:
        told = str(getattr(error, "explanation", None) or error)
        raise Refusal(
            "engine_failed", _("Docker cannot run the image: %(told)s") % {"told": told}, hint=_("See its log.")
        ) from error
    try:
        yield _until_ready(container, began, cores)
    finally:
        with contextlib.suppress(DockerException, OSError):
            log.write_bytes(container.logs(tail=500)[-LOG_BYTES:])
        with contextlib.suppress(DockerException, OSError):
            container.remove(force=True)
        client.close()


class ContainerUsage:
    """Use as a context manager; `used` is there afterwards."""

    used: Used

    def __init__(self, container: Any) -> None:
        self._container = container
        self._most = 0
        self._over = threading.Event()

    def __enter__(self) -> ContainerUsage:
        self._before = _stats(self._container)
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: Any) -> None:
        taken = max(time.monotonic() - self._began, 1e-9)
        after = _stats(self._container)
        self._over.set()
        self._thread.join()
        cpu = _busy(after) - _busy(self._before)
        held, periods = (_throttled(after)[place] - _throttled(self._before)[place] for place in (0, 1))
        self.used = Used(
            cpu_cores=max(cpu, 0.0) / taken,
            cpu_waiting=held / periods if periods > 0 else 0.0,
            rss_bytes=max(self._most, _memory(after)),
        )

    def _watch(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(Exception):  # the container may be gone: what was seen so far counts
                self._most = max(self._most, _memory(_stats(self._container)))


def _until_ready(container: Any, began: float, cores: float) -> Started:
    while time.monotonic() - began < START_SECONDS:
        container.reload()
        if container.status in ("exited", "dead"):
            said = container.logs(tail=5).decode(errors="replace").strip().splitlines()
            killed = " (out of memory)" if container.attrs["State"].get("OOMKilled") else ""
            raise not_ready(f"Its container ended{killed}. {said[-1] if said else ''}".strip())
        bound = (container.ports or {}).get(f"{PORT}/tcp")
        port = int(bound[0]["HostPort"]) if bound else 0
        reply = get(port, "/readyz") if port else None
        if reply is not None and reply.status == 200:
            return Started(
                port=port,
                pid=0,
                cold_start_seconds=time.monotonic() - began,
                idle_rss_bytes=_memory(_stats(container)),
                own_cores=cores <= (psutil.cpu_count() or 1) - 1,
                watch=lambda: ContainerUsage(container),
                weigh=lambda: _memory(_stats(container)),
            )
        time.sleep(0.05)
    raise not_ready(_("It was not ready after %(start_seconds)s s.") % {"start_seconds": f"{START_SECONDS:.0f}"})


def _stats(container: Any) -> dict[str, Any]:
    told: dict[str, Any] = container.client.api.stats(container.id, stream=False, one_shot=True)
    return told


def _busy(stats: dict[str, Any]) -> float:
    """Seconds on a core."""
    return float(stats.get("cpu_stats", {}).get("cpu_usage", {}).get("total_usage", 0)) / 1e9


def _throttled(stats: dict[str, Any]) -> tuple[int, int]:
    """Periods of the quota in which it was held back, and all of them."""
    told = stats.get("cpu_stats", {}).get("throttling_data", {})
    return int(told.get("throttled_periods", 0)), int(told.get("periods", 0))


def _memory(stats: dict[str, Any]) -> int:
    """Without what the kernel may drop at any time."""
    told = stats.get("memory_stats", {})
    inactive = told.get("stats", {}).get("total_inactive_file", told.get("stats", {}).get("inactive_file", 0))
    return max(0, int(told.get("usage", 0)) - int(inactive))
