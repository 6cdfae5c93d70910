"""`python -m tests.benchmarks.steps`: what a step costs from end to end on the embedded default, 100 in a chain and 100
side by side, beside a bare `python -c pass` in the same run. Exit status 1 when a promise is broken."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from mlops.server.ports import free

CHAIN_MS, FAN_MS = 50.0, 30.0
PASS_MS = 27.0
"""What `python -c pass` takes at most on the machine that the promises were made for; slower machines get more."""
PATIENCE_SECONDS = 300.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100, help="steps of each run (default: 100)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each kind (default: 3)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlops-steps-") as temporary, _up(Path(temporary)):
        chain, fan, bare, parts = _measured(arguments.steps, arguments.rounds)
    print(f"{'':26}{'ms':>8}{'ratio':>8}   (median of {arguments.rounds}, {arguments.steps} steps)")
    for name, values in (("python -c pass", bare), ("step in a chain", chain), ("step side by side", fan)):
        print(f"{name:26}{median(values):8.1f}{median(values) / median(bare):8.2f}")
    print("\nof a step in a chain:")
    for name, value in parts.items():
        print(f"  {name:24}{value:8.1f}")
    slower = max(1.0, median(bare) / PASS_MS)
    print(f"\npromised: {CHAIN_MS * slower:.0f} ms in a chain, {FAN_MS * slower:.0f} ms side by side")
    return 0 if median(chain) <= CHAIN_MS * slower and median(fan) <= FAN_MS * slower else 1


def _measured(steps: int, rounds: int) -> tuple[list[float], list[float], list[float], dict[str, float]]:
    import django

    django.setup()
    from django.contrib.auth.models import User

    from mlops.access.models import Project

    person, project = User.objects.get(username="admin"), Project.objects.get()
    _run(person, project, steps=3, chain=True)  # the first step starts the warm process
    chain, fan, bare = [], [], []
    parts: dict[str, float] = {}
    for _round in range(rounds):
        bare.append(_bare())
        seconds, parts = _run(person, project, steps=steps, chain=True)
        chain.append(seconds / steps * 1000)
        fan.append(_run(person, project, steps=steps, chain=False)[0] / steps * 1000)
    return chain, fan, bare, parts


def _bare() -> float:
    times = []
    for _time in range(10):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


def _run(person: Any, project: Any, *, steps: int, chain: bool) -> tuple[float, dict[str, float]]:
    """Seconds from the submit to the end of the run, without the data node's own; and the parts of a step in ms."""
    from mlops.formats.pipeline import Edge, Node, PipelineSpec
    from mlops.pipelines.actions import submit
    from mlops.runs.models import FINAL_RUN_STATES, Run, Step

    names = [f"n{number:03}" for number in range(steps)]
    feeders = ["data", *names[:-1]] if chain else ["data"] * steps
    spec = PipelineSpec(
        nodes=(
            Node(id="data", component="dataset", version="1", parameters={"dataset": "Palmer penguins"}),
            *(Node(id=name, component="select_columns_in_dataset", version="1", regenerate=True,
                   parameters={"select_columns": {"mode": "rules", "begin_with": "all"}}) for name in names),
        ),
        edges=tuple(
            Edge(source=feeder, source_port="dataset" if feeder == "data" else "results_dataset", target=name,
                 target_port="dataset")
            for name, feeder in zip(names, feeders, strict=True)
        ),
    )  # fmt: skip
    run = submit(person, project, spec=spec, experiment="benchmark")
    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE_SECONDS:
        if Run.objects.filter(pk=run.pk, state__in=FINAL_RUN_STATES).exists():
            break
        time.sleep(0.1)  # the run's own times count, so looking seldom costs nothing
    run = Run.objects.get(pk=run.pk)
    assert run.state == "completed", run.reason
    rows = list(Step.objects.filter(run=run, node__in=names).order_by("ended_at"))
    taken = [(row.ended_at - row.started_at).total_seconds() * 1000 for row in rows if row.ended_at and row.started_at]
    assert run.ended_at is not None
    assert run.created_at is not None
    seconds = (run.ended_at - run.created_at).total_seconds()
    cpu = [row.cpu_seconds * 1000 for row in rows if row.cpu_seconds is not None]
    parts = {"claim to end": median(taken), "its process (CPU)": median(cpu)}
    parts["between steps"] = seconds / steps * 1000 - parts["claim to end"]
    return seconds, parts


@contextmanager
def _up(folder: Path) -> Iterator[None]:
    os.environ |= {"MLOPS_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "mlops.settings"}
    port, router = free("127.0.0.1"), free("127.0.0.1")
    command = [sys.executable, "-m", "mlops", "up", "--port", str(port), "--router-port", str(router)]
    if not (Path(__file__).resolve().parents[2] / "mlops" / "__main__.py").exists():
        command = [str(Path(sys.executable).with_name("mlops")), *command[3:]]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("ready:"):
                break
        _wait_for_data()
        yield
    finally:
        process.terminate()
        process.wait(20)


def _wait_for_data() -> None:
    """The samples are imported after the start."""
    import django

    django.setup()
    from mlops.datasets.models import DatasetVersion

    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE_SECONDS:
        states = list(DatasetVersion.objects.values_list("state", flat=True))
        if states and set(states) == {"ready"}:
            return
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
