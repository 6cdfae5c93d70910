"""Steps whose program runs in a container: the step's process lays out and takes back, the worker runs the image.

The container has the step's files at the same paths and nothing else of the machine: no network but by setting, no
capabilities, a user that is not root, limits of memory and processes. It goes with the step, however that ends."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

from mlops.confinement.confining import existing_folders
from mlops.execution.engine import connected
from mlops.execution.executors import Started
from mlops.execution.executors.process import ProcessExecutor
from mlops.formats.container import ASKED_FILE, ENDED_FILE, Asked, Ended
from mlops.formats.refusal import Refusal
from mlops.formats.step import ProgressLine, StepOrder, StepReport
from mlops.runs.models import Step

NOBODY = 10001
PROCESSES = 512
SERVER_LABEL, STEP_LABEL, ATTEMPT_LABEL = "mlops.server", "mlops.step", "mlops.attempt"


class DockerExecutor:
    def start(self, order: StepOrder) -> Started:
        return InContainer(ProcessExecutor().start(order), order)


class InContainer:
    """A step's process, and the container of its program once it asks for it."""

    def __init__(self, process: Started, order: StepOrder) -> None:
        self._process, self._order = process, order
        self._thread: threading.Thread | None = None
        self._container: Any = None
        self._killed = False

    def wait(self, seconds: float) -> None:
        self._process.wait(seconds)

    def poll(self) -> StepReport | None:
        work = Path(self._order.work_dir)
        if self._thread is None and (work / ASKED_FILE).exists():
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        report = self._process.poll()
        if report is not None:
            self._end_container()
        return report

    def news(self) -> list[ProgressLine]:
        return self._process.news()

    def kill(self) -> None:
        self._killed = True
        self._process.kill()
        self._end_container()

    def _run(self) -> None:
        work = Path(self._order.work_dir)
        try:
            asked = msgspec.json.decode((work / ASKED_FILE).read_bytes(), type=Asked)
            ended = self._carry_out(asked, work)
        except Exception as error:  # whatever the engine says, the step must end with it
            hint = "Is the Docker engine running? `mlops doctor` looks for it."
            ended = Ended(problem=f"The container could not be run: {error}.", hint=hint)
        with contextlib.suppress(OSError):
            self._take_back(work)
            draft = work / f"{ENDED_FILE}.part"
            draft.write_bytes(msgspec.json.encode(ended))
            draft.rename(work / ENDED_FILE)

    def _take_back(self, work: Path) -> None:
        """What the container's user made is the worker's again: the step's process reads it."""
        if os.getuid() == 0:
            for top in (*existing_folders(str(work)), *self._order.outputs.values(), str(work / "metrics.jsonl")):
                give(Path(top), os.getuid())

    def _carry_out(self, asked: Asked, work: Path) -> Ended:
        with connected() as client:
            _end_earlier(client, self._order)
            try:
                self._container = client.containers.create(**_settings(self._order, asked))
                return self._followed(work)
            finally:
                self._end_container()

    def _followed(self, work: Path) -> Ended:
        """What it says goes where the step's own process writes, which is the step's log."""
        if self._killed:
            return Ended(problem="It was stopped.")
        said = self._container.attach(stdout=True, stderr=True, stream=True, logs=True, demux=True)
        self._container.start()
        with (work / "stdout.txt").open("ab") as out, (work / "stderr.txt").open("ab") as err:
            for first, second in said:
                for text, file in ((first, out), (second, err)):
                    if text:
                        file.write(text)
                        file.flush()
        told = self._container.wait()
        self._container.reload()
        return Ended(status=137 if self._container.attrs["State"].get("OOMKilled") else int(told["StatusCode"]))

    def _end_container(self) -> None:
        if self._container is not None:
            _remove(self._container)


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


def step_mark(order: StepOrder) -> str:
    return f"{order.run}/{order.node}"


def attempt_mark(order: StepOrder) -> str:
    """As its folder is named: the step's key and the number of the attempt."""
    return Path(order.work_dir).parent.name


def server_mark() -> str:
    """Which server a container is of, where several share an engine."""
    return hashlib.sha256(str(settings.DATA_DIR).encode()).hexdigest()[:16]


def _settings(order: StepOrder, asked: Asked) -> dict[str, Any]:
    work = Path(order.work_dir).resolve()
    folders = [folder for folder in asked.folders if Path(folder).resolve().parent == work]
    metrics = work / "metrics.jsonl"
    metrics.touch()
    shared = {path: {"bind": path, "mode": "rw"} for path in (*folders, str(metrics), *order.outputs.values())}
    shared |= {path: {"bind": path, "mode": "ro"} for path in order.inputs.values()}
    network = settings.STEP_NETWORK
    tracking = () if network != "none" else ("MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_TOKEN", "MLFLOW_RUN_ID")
    return {
        "image": order.image,
        "command": list(asked.words),
        "entrypoint": "",
        "working_dir": asked.cwd,
        "environment": {name: value for name, value in asked.variables.items() if name not in tracking},
        "volumes": shared,
        "user": _user(folders, metrics, order),
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


def _user(folders: list[str], metrics: Path, order: StepOrder) -> str:
    """The worker's own, who owns the files; a worker that is root gives them to a user without a name."""
    if os.getuid() != 0:
        return f"{os.getuid()}:{os.getgid()}"
    for top in (*folders, *order.outputs.values(), str(metrics)):
        give(Path(top), NOBODY)
    return f"{NOBODY}:{NOBODY}"


def give(top: Path, owner: int) -> None:
    """The files below it. What has another name elsewhere is kept by content, and stays whose it is."""
    os.chown(top, owner, owner, follow_symlinks=False)
    for place, folders, files in os.walk(top):
        for name in folders:
            os.chown(Path(place) / name, owner, owner, follow_symlinks=False)
        for name in files:
            path = Path(place) / name
            if path.lstat().st_nlink == 1:
                os.chown(path, owner, owner, follow_symlinks=False)


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
