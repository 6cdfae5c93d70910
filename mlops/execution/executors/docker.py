"""Steps whose program runs in a container: the step's process lays out and takes back, the worker runs the image.

The container has the step's files at the same paths and nothing else of the machine: no network but by setting, no
capabilities, a user that is not root, limits of memory and processes. It goes with the step, however that ends."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from mlops.execution.engine import connected
from mlops.execution.executors import Started
from mlops.execution.executors.apart import (
    RunsApart,
    attempt_mark,
    given_to_its_user,
    own_folders,
    server_mark,
    step_mark,
)
from mlops.execution.executors.process import ProcessExecutor
from mlops.execution.tracking import TRACKING
from mlops.formats.container import Asked, Ended
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepOrder
from mlops.runs.models import Step

PROCESSES = 512
SERVER_LABEL, STEP_LABEL, ATTEMPT_LABEL = "mlops.server", "mlops.step", "mlops.attempt"


class DockerExecutor:
    def start(self, order: StepOrder) -> Started:
        return InContainer(ProcessExecutor().start(order), order)


class InContainer(RunsApart):
    _container: Any = None

    def carry_out(self, asked: Asked) -> Ended:
        with connected() as client:
            _end_earlier(client, self.order)
            try:
                self._container = client.containers.create(**_settings(self.order, asked))
                return self._followed()
            finally:
                self.end_program()

    def end_program(self) -> None:
        if self._container is not None:
            _remove(self._container)

    def problem(self, error: Exception) -> Ended:
        hint = "Is the Docker engine running? `mlops doctor` looks for it."
        return Ended(problem=f"The container could not be run: {error}.", hint=hint)

    def _followed(self) -> Ended:
        """What it says goes where the step's own process writes, which is the step's log."""
        if self.is_killed:
            return Ended(problem="It was stopped.")
        said = self._container.attach(stdout=True, stderr=True, stream=True, logs=True, demux=True)
        self._container.start()
        with (self.work / "stdout.txt").open("ab") as out, (self.work / "stderr.txt").open("ab") as err:
            for first, second in said:
                for text, file in ((first, out), (second, err)):
                    if text:
                        file.write(text)
                        file.flush()
        told = self._container.wait()
        self._container.reload()
        return Ended(status=137 if self._container.attrs["State"].get("OOMKilled") else int(told["StatusCode"]))


def _end_earlier(client: Any, order: StepOrder) -> None:
    """Of the same step, whose worker was lost or stands still: it would go on until that one wakes."""
    for container in _of_server(client, f"{STEP_LABEL}={step_mark(order)}"):
        if container.labels.get(ATTEMPT_LABEL) != attempt_mark(order):
            _remove(container)


def _of_server(client: Any, *labels: str) -> list[Any]:
    found = client.containers.list(all=True, filters={"label": [f"{SERVER_LABEL}={server_mark()}", *labels]})
    return list(found)


def _remove(container: Any) -> None:
    with contextlib.suppress(Exception):  # it may be gone already
        container.remove(force=True)


def _settings(order: StepOrder, asked: Asked) -> dict[str, Any]:
    folders = own_folders(order, asked)
    user, group = given_to_its_user(order, folders)
    metrics = f"{order.work_dir}/metrics.jsonl"
    shared = {path: {"bind": path, "mode": "rw"} for path in (*folders, metrics, *order.outputs.values())}
    shared |= {path: {"bind": path, "mode": "ro"} for path in order.inputs.values()}
    network = settings.STEP_NETWORK
    tracking = () if network != "none" else TRACKING
    return {
        "image": order.image,
        "command": list(asked.words),
        "entrypoint": "",
        "working_dir": asked.cwd,
        "environment": {name: value for name, value in asked.variables.items() if name not in tracking},
        "volumes": shared,
        "user": f"{user}:{group}",
        "network_mode": network,
        "mem_limit": order.limits.memory_bytes,
        "pids_limit": order.limits.processes or PROCESSES,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "init": True,
        "labels": {
            SERVER_LABEL: server_mark(),
            STEP_LABEL: step_mark(order),
            ATTEMPT_LABEL: attempt_mark(order),
        },
    }


def remove_lost() -> None:
    """Containers of this server whose attempts run no more: their worker was lost. Nothing without an engine."""
    with contextlib.suppress(Refusal), connected() as client:
        for container in _of_server(client):
            if not _runs(container.labels):
                _remove(container)


def _runs(labels: Mapping[str, str]) -> bool:
    run, _slash, node = labels.get(STEP_LABEL, "").partition("/")
    if not run:
        return False
    attempts = Step.objects.filter(run_id=str(run), node=node, state="running").values_list("pk", "attempt")
    attempt = labels.get(ATTEMPT_LABEL)  # older versions say none
    return bool(attempts) if attempt is None else attempt in {f"{pk}-{number}" for pk, number in attempts}
