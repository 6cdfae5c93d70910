"""The target: containers that agree with the rows, on whichever engine each row names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from mlops.deployments.files import under_lock
from mlops.deployments.models import Deployment
from mlops.deployments.targets import Availability
from mlops.deployments.targets.docker import clearing, engines_used, looking, unused
from mlops.deployments.targets.docker.availability import availability, remember, trouble_of
from mlops.deployments.targets.docker.containers import Container, containers
from mlops.deployments.targets.docker.engines import Engine, connected, engine_of
from mlops.deployments.targets.docker.failures import ENGINE_CODES
from mlops.deployments.targets.docker.images import image_for, variables_of
from mlops.deployments.targets.docker.rows import rows, started, studio, wanted
from mlops.deployments.targets.docker.starting import start
from mlops.deployments.targets.docker.states import HANGS, hangs, log_lines
from mlops.deployments.targets.docker.volumes import volumes
from mlops.deployments.targets.docker.wanted import port_range
from mlops.deployments.targets.observed import Observed
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal, Where

LOG_SECONDS = 10.0


class DockerTarget:
    is_scaled_here = True

    def available(self, options: Mapping[str, Any]) -> Availability:
        try:
            return availability(engine_of(options))
        except Refusal as refusal:
            return Availability(is_usable=False, reason=refusal.message, hint=refusal.hint)

    def check(self, wanted: DeploymentSettings) -> None:
        engine_of(wanted.target_options)
        ports = str(wanted.target_options.get("ports") or "")
        try:
            port_range(ports)
        except ValueError:
            raise Refusal(
                "ports_invalid",
                _("“%(ports)s” is no range of ports.") % {"ports": ports},
                hint=_("Such as 31000-31050."),
                where=Where(parameter="target_options.ports"),
            ) from None

    def prepare(self, deployment: Deployment, *, beat: Callable[[], None], say: Callable[[str], None]) -> None:
        engine = engine_of(deployment.wanted.target_options)
        trouble = trouble_of(engine)
        if trouble is not None:
            raise trouble
        image = image_for(deployment, engine, beat=beat, say=say)
        same = Deployment.objects.filter(pk=deployment.pk, revision=deployment.revision, placing__isnull=True)
        same.update(placing={"image": image, "instances": deployment.instances})
        deployment.refresh_from_db(fields=["placing", "revision"])

    def apply(self, deployment: Deployment) -> None:
        with under_lock(f"docker-{deployment.pk}"):
            row = rows().filter(pk=deployment.pk).first()
            if row is None or (row.placing is None and row.ready_placing is None):
                return
            engine = _usable(row)
            engines_used.note(engine)
            self._run(row, engine)
            _note_instances(row)

    def _run(self, row: Deployment, engine: Engine, *, is_second: bool = False) -> None:
        try:
            with connected(engine) as client:
                there = containers(client, studio=studio(), deployment=str(row.pk))
                found = {one.key: one for one in there if not one.ending_since}
                hung = _hung(row)
                for one in wanted(row, started=started(row, there)):
                    container = found.get(one.key)
                    if container is None:
                        start(client, one, engine=engine, variables=variables_of(row, one.revision))
                    elif container.status in ("exited", "created"):
                        client.api.start(container.id)
                    elif one.key in hung and hangs(client, container):
                        client.api.restart(container.id, timeout=0)
        except Refusal as refusal:
            if refusal.code != "image_unknown" or row.placing is None or row.wanted.image or is_second:
                raise
            # Somebody removed it from the engine: made of the same content it is the same image.
            image_for(row, engine, beat=_nothing, say=lambda line: None)
            self._run(row, engine, is_second=True)

    def observe(self) -> dict[tuple[str, int], Observed]:
        """Also ends what is no longer wanted, once the router has turned away from it."""
        by_engine: dict[Engine, list[Deployment]] = defaultdict(list)
        for engine in engines_used.engines_used():
            by_engine[engine] = []
        observed: dict[tuple[str, int], Observed] = {}
        for row in rows():
            try:
                by_engine[engine_of(row.wanted.target_options)].append(row)
            except Refusal as refusal:
                observed |= looking.unknown([row], refusal)
        for engine, of_it in by_engine.items():
            observed |= _observed(engine, of_it)
        return observed

    def remove(self) -> None:
        """Containers that no row stands for, then images; an engine that has nothing of ours left is forgotten."""
        named = {_engine_or_none(row) for row in rows()}
        for engine in engines_used.engines_used():
            if trouble_of(engine) is not None:
                continue
            with connected(engine) as client:
                left = clearing.clear(client, engine, list(rows())) or bool(volumes(client, studio=studio()))
                unused.remove_unused(client)
            if not left and engine not in named:
                engines_used.forget(engine)

    def logs(self, deployment: Deployment, *, lines: int) -> list[str]:
        engine = _usable(deployment)
        with connected(engine, seconds=LOG_SECONDS) as client:
            there = containers(client, studio=studio(), deployment=str(deployment.pk))
            newest = max((one.revision for one in there), default=0)
            shown = [one for one in there if one.revision == newest]
            each = max(1, lines // max(1, len(shown)))
            told = {str(one.replica): log_lines(client, one, lines=each) for one in shown}
        if len(told) == 1:
            return next(iter(told.values()))
        return [f"[{name}] {line}" for name, of_it in told.items() for line in of_it]


def _hung(row: Deployment) -> set[tuple[str, int, int]]:
    """Those that did not answer at the last look, though they run."""
    found = [one for one in row.replicas if one["reason"] == HANGS]
    return {(str(row.pk), one["revision"], int(one["name"])) for one in found}


def _nothing() -> None:
    """There is no lease to renew: containers that are missing are made by any look."""


def _note_instances(row: Deployment) -> None:
    """How many servers an update will have to replace."""
    if row.was_ready and row.placing is not None and row.placing.get("instances") != row.instances:
        placing = row.placing | {"instances": row.instances}
        same = Deployment.objects.filter(pk=row.pk, revision=row.revision, ready_revision=row.revision)
        same.update(placing=placing, ready_placing=placing)


def _usable(row: Deployment) -> Engine:
    engine = engine_of(row.wanted.target_options)
    trouble = trouble_of(engine)
    if trouble is not None:
        raise trouble
    return engine


def _engine_or_none(row: Deployment) -> Engine | None:
    try:
        return engine_of(row.wanted.target_options)
    except Refusal:
        return None


def _observed(engine: Engine, of_it: list[Deployment]) -> dict[tuple[str, int], Observed]:
    trouble = trouble_of(engine)
    if trouble is not None:
        return looking.unknown(of_it, trouble)
    try:
        with connected(engine, seconds=looking.SECONDS) as client:
            there: list[Container] = containers(client, studio=studio())
            observed = looking.look(client, engine, of_it, there)
            clearing.clear(client, engine, of_it, there=there)
            return observed
    except Refusal as refusal:
        if refusal.code in ENGINE_CODES:
            remember(engine, refusal)
        return looking.unknown(of_it, refusal)
