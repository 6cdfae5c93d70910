"""Events of workers and pools."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class WorkerMoved(Data, kw_only=True):
    worker: Annotated[str, said("Its name: host and process.")]
    host: str
    was: Annotated[str, said("How it stood: active, draining or removed.")]
    to: Annotated[str, said("How it stands now.")]


class PoolChanged(Data, kw_only=True):
    labels: Annotated[dict[str, str], said("Which labels its workers have; an empty value is any.")]


TYPES = (
    EventType(
        "mlops.worker.drained",
        "Worker drains",
        "An administrator lets a worker end what it runs and take nothing new.",
        "workers/{name}",
        WorkerMoved,
    ),
    EventType(
        "mlops.worker.resumed",
        "Worker resumed",
        "An administrator lets a worker take steps again.",
        "workers/{name}",
        WorkerMoved,
    ),
    EventType(
        "mlops.worker.removed",
        "Worker removed",
        "An administrator removes a worker: it stops, and what it ran goes to others.",
        "workers/{name}",
        WorkerMoved,
    ),
    EventType(
        "mlops.pool.created", "Pool created", "An administrator names a set of workers.", "pools/{name}", PoolChanged
    ),
    EventType("mlops.pool.updated", "Pool changed", "An administrator changes a pool.", "pools/{name}", PoolChanged),
    EventType("mlops.pool.deleted", "Pool deleted", "An administrator takes a pool away.", "pools/{name}", PoolChanged),
)
