"""Scoring servers as processes of this machine, kept alive by the process supervisor that reads our plan."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from mlops.deployments.files import replace_file, under_lock
from mlops.deployments.folders import folder_of, lay_out, serving_root, tell_collection
from mlops.deployments.models import Deployment, DeploymentState
from mlops.deployments.spools import remove_drained
from mlops.deployments.targets import Availability, supervised
from mlops.deployments.targets.machine import check_machine
from mlops.deployments.targets.observed import Observed, Replica, together
from mlops.deployments.targets.options import check_options
from mlops.deployments.targets.ports import free_ports, ports_of
from mlops.deployments.targets.rolling import to_keep, to_start
from mlops.deployments.targets.supervised import Servers
from mlops.deployments.targets.tails import tails
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal, Where
from mlops.formats.serving import ServerProcess, ServerState, ServingPlan

DRAFT_SECONDS = 3600.0
"""A half-made folder older than this was left behind by a worker that was killed."""
PLAN = "serving-plan"


class ProcessTarget:
    is_scaled_here = True

    def available(self, options: Mapping[str, Any]) -> Availability:
        if (refusal := _elsewhere()) is not None:
            return Availability(is_usable=False, reason=refusal.message, hint=refusal.hint)
        return Availability(is_usable=True)

    def check(self, wanted: DeploymentSettings) -> None:
        if (refusal := _elsewhere()) is not None:
            raise refusal
        check_options(wanted.target_options, (), target="process")
        check_machine(wanted)

    def prepare(self, deployment: Deployment, *, beat: Callable[[], None], say: Callable[[str], None]) -> None:
        say("Its folder is being laid out.")
        lay_out(deployment, beat=beat)
        with under_lock(PLAN), transaction.atomic():
            row = Deployment.objects.select_for_update(no_key=True).get(pk=deployment.pk)
            if row.revision == deployment.revision and row.placing is None:
                before = len(ports_of(row.ready_placing))
                count = to_start(started=0, ready=0, wanted=row.instances, before=before)
                Deployment.objects.filter(pk=row.pk).update(placing={"ports": free_ports(count)})
        deployment.refresh_from_db(fields=["placing", "revision"])

    def apply(self, deployment: Deployment) -> None:
        with under_lock(PLAN):
            servers = _servers()
            with transaction.atomic():
                row = Deployment.objects.select_for_update(no_key=True).filter(pk=deployment.pk).first()
                if row is not None:
                    _give_ports(row, servers)
            if row is not None:
                tell_collection(row)
            _write_plan(servers)

    def observe(self) -> dict[tuple[str, int], Observed]:
        left = _servers()
        observed: dict[tuple[str, int], Observed] = {}
        for row in _rows():
            for revision, ports in _wanted(row, left).items():
                key = (str(row.pk), revision)
                replicas = [_replica(n, port, left.get((*key, port))) for n, port in enumerate(ports, start=1)]
                if any((*key, port) in left for port in ports):
                    is_present = revision == row.revision
                    observed[key] = together(replicas, wanted=row.instances if is_present else len(ports))
        for (pk, revision, port), server in left.items():
            if server.state != "stopped" and (pk, revision) not in observed:
                observed[(pk, revision)] = together([_replica(1, port, server)], wanted=1)
        return observed

    def remove(self) -> None:
        """Servers, and then the folders whose deployment or revision is gone and whose server has stopped."""
        with under_lock(PLAN):
            _write_plan(_servers())
        running = {f"{pk}-{revision}" for pk, revision, _port in _servers()}
        kept = {name for one in Deployment.objects.all() for name in _folder_names(one)}
        for folder in serving_root().iterdir():
            is_draft = folder.name.startswith(".")
            is_old = time.time() - folder.stat().st_mtime > DRAFT_SECONDS
            if is_old if is_draft else folder.name not in kept | running:
                shutil.rmtree(folder, ignore_errors=True)
        supervised.forget(Path(settings.DATA_DIR))
        remove_drained()

    def logs(self, deployment: Deployment, *, lines: int) -> list[str]:
        count = max(len(ports_of(deployment.placing)), len(ports_of(deployment.ready_placing)), 1)
        folder = Path(settings.DATA_DIR)
        return tails(supervised.logs(folder, str(deployment.pk), count=count), lines)


def _elsewhere() -> Refusal | None:
    """Processes belong to the machine whose supervisor runs them, and listen there alone: routers of other machines
    cannot reach them, and workers of other machines neither lay out their folders nor see how they are. Routers that
    share the data directory each run all of them (decision 260)."""
    if not settings.ROUTER_TOKEN or settings.DATA_DIR_SHARED:
        return None
    return Refusal(
        "process_not_reached",
        _("Processes of one machine cannot be reached here: routers run on other machines (MLOPS_ROUTER_TOKEN)."),
        hint=_(
            "Let all parts share one data directory and say so by MLOPS_DATA_DIR_SHARED=1; or choose the target docker "
            "with an engine that all workers reach, or kubernetes."
        ),
        where=Where(parameter="target", value="process"),
    )


def _servers() -> Servers:
    told = supervised.reports(Path(settings.DATA_DIR))
    if len(told) < 2:
        return told[0] if told else {}
    rows = Deployment.objects.filter(target="process").values_list("pk", "ready_revision")
    was_ready = {(str(pk), revision) for pk, revision in rows if revision is not None}
    return supervised.merged(told, was_ready=was_ready)


def _rows() -> list[Deployment]:
    return list(Deployment.objects.filter(target="process").order_by("pk"))


def _give_ports(row: Deployment, servers: Servers) -> None:
    """As many as servers are to run now."""
    if row.placing is None or row.state == DeploymentState.FAILED:
        return
    ports = ports_of(row.placing)
    before = 0 if row.was_ready else len(ports_of(row.ready_placing))
    ready = _ready(row, servers)
    count = to_start(started=len(ports), ready=ready, wanted=row.instances, before=before)
    ports = ports[:count] + free_ports(count - len(ports))
    values: dict[str, Any] = {"placing": {"ports": ports}}
    if row.was_ready:
        values["ready_placing"] = values["placing"]
    Deployment.objects.filter(pk=row.pk).update(**values)


def _write_plan(servers: Servers) -> None:
    plan = ServingPlan(servers=tuple(_planned(servers)))
    content = msgspec.json.encode(plan)
    path = Path(settings.DATA_DIR) / f"{PLAN}.json"
    if not path.is_file() or path.read_bytes() != content:
        replace_file(path, content)


def _planned(servers: Servers) -> Iterator[ServerProcess]:
    for row in _rows():
        for revision, ports in _wanted(row, servers).items():
            for replica, port in enumerate(ports, start=1):
                yield ServerProcess(
                    id=str(row.pk),
                    folder=str(folder_of(row, revision)),
                    port=port,
                    revision=revision,
                    replica=replica,
                    memory_bytes=row.wanted.memory_bytes,
                    cpus=row.wanted.cpus,
                )


def _wanted(row: Deployment, servers: Servers) -> dict[int, list[int]]:
    """Revision to ports: the present one once it is laid out, and what must go on of the one before; of one that
    failed, nothing."""
    before = ports_of(row.ready_placing)
    if row.placing is None or row.state == DeploymentState.FAILED:
        return {row.ready_revision: before} if row.ready_revision is not None else {}
    wanted = {row.revision: ports_of(row.placing)}
    if row.ready_revision is not None and not row.was_ready:
        kept = to_keep(ready=_ready(row, servers), wanted=row.instances, before=len(before))
        wanted[row.ready_revision] = before[:kept]
    return wanted


def _ready(row: Deployment, servers: Servers) -> int:
    found = [servers.get((str(row.pk), row.revision, port)) for port in ports_of(row.placing)]
    return sum(one is not None and one.state == "ready" for one in found)


def _replica(number: int, port: int, server: ServerState | None) -> Replica:
    if server is None:
        return Replica(name=str(number), state="starting", reason=_("It is about to be started."))
    url = f"http://127.0.0.1:{port}" if server.state == "ready" else ""
    return Replica(
        name=str(number),
        state=server.state,
        reason=server.reason,
        since=server.since,
        restarts=server.restarts,
        url=url,
    )


def _folder_names(deployment: Deployment) -> set[str]:
    revisions = {deployment.revision, deployment.ready_revision} - {None}
    return {f"{deployment.pk}-{revision}" for revision in revisions}
