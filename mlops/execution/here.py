"""What this worker may take now: how it stands, what its machine has, and what the steps that it runs hold of that."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from mlops.compute.models import Pool
from mlops.compute.weights import weights
from mlops.formats.demand import is_of_place
from mlops.quotas.models import Quota
from mlops.runs.models import Step
from mlops.runs.places import STEPS
from mlops.trail.process import PROCESS
from mlops.work.models import Worker

OWNER = PROCESS
"""As the worker's row names it, by which it finds what it has."""
LOOK_SECONDS = 2.0


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """`cpus` and the like None: nobody knows, and nothing is too large."""

    takes_work: bool = True
    cpus: float | None = None
    memory_bytes: int | None = None
    gpus: int | None = None
    labels: Mapping[str, str] = {}
    pools: Mapping[str, Mapping[str, str]] = {}
    most_steps: Mapping[Any, int | None] = {}
    """The quota of steps at once: of projects, and under None of all others."""
    weights: Mapping[Any, int] = {}
    """Of projects that have another than 1."""


class Here:
    """Used by all threads of the worker; `lock` is held from the look at what is free until a step is taken."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._held: dict[int, tuple[float, int, int]] = {}
        self._facts: Facts | None = None
        self._looked_at = 0.0
        self._unfit: set[str] = set()

    def facts(self) -> Facts:
        """As they were within two seconds."""
        if self._facts is None or time.monotonic() - self._looked_at > LOOK_SECONDS:
            self.look()
        assert self._facts is not None
        return self._facts

    def look(self) -> None:
        found = _look()
        if self._facts is None or (found.labels, found.pools) != (self._facts.labels, self._facts.pools):
            self._unfit = set()
        self._facts, self._looked_at = found, time.monotonic()

    def forget(self) -> None:
        self._facts, self._held, self._unfit = None, {}, set()

    def free(self) -> tuple[float | None, int | None, int | None]:
        """Processors, memory in bytes, GPUs that no step of this worker has asked for."""
        facts, held = self.facts(), list(self._held.values())
        return (
            None if facts.cpus is None else facts.cpus - sum(one[0] for one in held),
            None if facts.memory_bytes is None else facts.memory_bytes - sum(one[1] for one in held),
            None if facts.gpus is None else facts.gpus - sum(one[2] for one in held),
        )

    def unfit_places(self) -> list[str]:
        """Those that were met and are not here: they are not asked for again."""
        return sorted(self._unfit)

    def is_place(self, place: str) -> bool:
        facts = self.facts()
        if is_of_place(place, facts.labels, facts.pools):
            return True
        self._unfit.add(place)
        return False

    def hold(self, step: Step) -> None:
        self._held[step.pk] = (step.asks_cpus, step.asks_memory_bytes, step.asks_gpus)

    def let_go(self, step_id: int) -> None:
        self._held.pop(step_id, None)


def _look() -> Facts:
    pools = {one.name: one.labels for one in Pool.objects.all()}
    most_steps = dict(Quota.objects.filter(kind=STEPS).values_list("project", "most"))
    row = Worker.objects.filter(name=OWNER).first()
    if row is None:  # not written yet
        return Facts(pools=pools, most_steps=most_steps, weights=weights())
    return Facts(
        takes_work=row.state == "active",
        cpus=row.cpus,
        memory_bytes=row.total_memory_bytes,
        gpus=row.gpus,
        labels=row.labels,
        pools=pools,
        most_steps=most_steps,
        weights=weights(),
    )


here = Here()
