"""Scoring servers as processes of this machine, kept alive by the process supervisor that reads our plan."""

from __future__ import annotations

import random
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import transaction

from mlops.deployments.files import replace_file, under_lock
from mlops.deployments.folders import folder_of, lay_out, serving_root
from mlops.deployments.models import Deployment, DeploymentState
from mlops.deployments.targets import Observed
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal, Where
from mlops.formats.serving import ServerProcess, ServerState, ServingPlan, ServingState

FIRST_PORT, LAST_PORT = 18_100, 19_900
TAIL_BYTES = 512 * 1024
DRAFT_SECONDS = 3600.0
"""A half-made folder older than this was left behind by a worker that was killed."""


class ProcessTarget:
    def check(self, wanted: DeploymentSettings) -> None:
        if wanted.gpus:
            raise Refusal(
                "gpus_not_limited",
                "A process cannot be given a number of GPUs.",
                hint="Choose the execution provider cuda, or the target docker.",
                where=Where(parameter="gpus"),
            )

    def prepare(self, deployment: Deployment, *, beat: Callable[[], None]) -> None:
        lay_out(deployment, beat=beat)
        with under_lock("serving-plan"), transaction.atomic():
            row = Deployment.objects.select_for_update().get(pk=deployment.pk)
            if row.revision == deployment.revision and row.placing is None:
                Deployment.objects.filter(pk=row.pk).update(placing={"port": _free_port()})
        deployment.refresh_from_db(fields=["placing", "revision"])

    def apply(self) -> None:
        with under_lock("serving-plan"):
            plan = ServingPlan(servers=tuple(_wanted()))
            content = msgspec.json.encode(plan)
            path = Path(settings.DATA_DIR) / "serving-plan.json"
            if not path.is_file() or path.read_bytes() != content:
                replace_file(path, content)

    def observe(self) -> dict[tuple[str, int], Observed]:
        return {key: _observed(key, server) for key, server in self._servers().items()}

    def _servers(self) -> dict[tuple[str, int], ServerState]:
        path = Path(settings.DATA_DIR) / "serving-state.json"
        try:
            state = msgspec.json.decode(path.read_bytes(), type=ServingState)
        except (OSError, msgspec.DecodeError):
            return {}
        return {(server.id, server.revision): server for server in state.servers if server.state != "stopped"}

    def remove(self) -> None:
        """Folders whose deployment or revision is gone and whose server has stopped."""
        running = {f"{pk}-{revision}" for pk, revision in self._servers()}
        kept = {name for one in Deployment.objects.all() for name in _folder_names(one)}
        for folder in serving_root().iterdir():
            is_draft = folder.name.startswith(".")
            is_old = time.time() - folder.stat().st_mtime > DRAFT_SECONDS
            if is_old if is_draft else folder.name not in kept | running:
                shutil.rmtree(folder, ignore_errors=True)

    def logs(self, deployment: Deployment, *, lines: int) -> list[str]:
        path = Path(settings.DATA_DIR) / "logs" / f"{deployment.pk}.log"
        try:
            with path.open("rb") as log:
                size = log.seek(0, 2)
                log.seek(max(0, size - TAIL_BYTES))
                text = log.read().decode(errors="replace")
        except OSError:
            return []
        return text.splitlines()[-lines:]


def _observed(key: tuple[str, int], server: ServerState) -> Observed:
    """The server's address is known by the row that it stands for."""
    row = Deployment.objects.filter(pk=key[0]).values("revision", "placing", "ready_revision", "ready_placing").first()
    placing = None
    if row is not None:
        placing = row["placing"] if row["revision"] == key[1] else row["ready_placing"]
    urls = (f"http://127.0.0.1:{placing['port']}",) if placing and server.state == "ready" else ()
    return Observed(state=server.state, reason=server.reason, restarts=server.restarts, urls=urls)


def _wanted() -> Iterator[ServerProcess]:
    """The present revision once it is laid out, else the one that was ready; nothing of one that failed."""
    for deployment in Deployment.objects.filter(target="process").order_by("pk"):
        failed = deployment.state == DeploymentState.FAILED
        if deployment.placing is not None and not failed:
            yield _server(deployment, deployment.revision, deployment.placing["port"])
        elif deployment.ready_placing is not None and deployment.ready_revision is not None:
            yield _server(deployment, deployment.ready_revision, deployment.ready_placing["port"])


def _server(deployment: Deployment, revision: int, port: int) -> ServerProcess:
    return ServerProcess(
        id=str(deployment.pk),
        folder=str(folder_of(deployment, revision)),
        port=port,
        revision=revision,
        memory_bytes=deployment.wanted.memory_bytes,
        cpus=deployment.wanted.cpus,
    )


def _folder_names(deployment: Deployment) -> set[str]:
    revisions = {deployment.revision, deployment.ready_revision} - {None}
    return {f"{deployment.pk}-{revision}" for revision in revisions}


def _free_port() -> int:
    """Below the range that the system gives to outgoing connections, and not promised to another server."""
    rows = Deployment.objects.filter(target="process").values_list("placing", "ready_placing")
    taken = {placing["port"] for placings in rows for placing in placings if placing is not None}
    ports = [port for port in range(FIRST_PORT, LAST_PORT) if port not in taken]
    random.shuffle(ports)
    for port in ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Refusal(
        "no_free_port",
        f"No port from {FIRST_PORT} to {LAST_PORT} is free on this machine.",
        hint="Delete deployments that are not needed.",
    )
