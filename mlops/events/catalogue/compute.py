"""Events of workers and pools."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class WorkerMoved(Data, kw_only=True):
    worker: Annotated[str, said("Its name: host and process.")]
    host: str
    was: Annotated[str, said("How it stood: active, draining or removed.")]
    to: Annotated[str, said("How it stands now.")]


class WorkerSeen(Data, kw_only=True):
    worker: Annotated[str, said("Its name: host and process.")]
    host: str
    version: str
    labels: Annotated[dict[str, str], said("What its people say of it.")]
    slots: Annotated[int, said("How many steps it runs at once.")]
    calls: Annotated[int, said("Calls that it carried out since it began.")]
    seen_at: Annotated[str, said("When it last said something.")]


class MachineJoined(Data, kw_only=True):
    host: Annotated[str, said("The name that the machine gave.")]
    address: Annotated[str, said("Where the request came from.")]
    token: Annotated[str, said("The number of the join token.")]
    labels: dict[str, str]


class JoinTokenMade(Data, kw_only=True):
    note: str
    labels: Annotated[dict[str, str], said("Which the worker gets.")]
    expires_at: str


class JoinTokenRevoked(Data, kw_only=True):
    note: str


class PoolChanged(Data, kw_only=True):
    labels: Annotated[dict[str, str], said("Which labels its workers have; an empty value is any.")]


class ProjectWeighed(Data, kw_only=True):
    weight: Annotated[int, said("Its part of the workers beside that of others whose steps wait; 1 is usual.")]


class PoolScaled(Data, kw_only=True):
    pool: str
    workers: Annotated[int, said("How many take steps in it.")]
    wanted: Annotated[int, said("How many should.")]
    why: str
    trouble: Annotated[str, said("Why the command failed; empty where it did not.")]


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
    EventType(
        "mlops.project.weighed",
        "Project weighed",
        "An administrator gives a project a larger or smaller part of the workers.",
        "projects/{slug}",
        ProjectWeighed,
    ),
    EventType(
        "mlops.worker.started",
        "Worker began",
        "A worker has registered itself and takes work.",
        "workers/{name}",
        WorkerSeen,
    ),
    EventType(
        "mlops.worker.ended",
        "Worker ended",
        "A worker was stopped, or its process was found to be gone.",
        "workers/{name}",
        WorkerSeen,
    ),
    EventType(
        "mlops.worker.lost",
        "Worker lost",
        "A worker has said nothing for half a minute; what it ran goes to others.",
        "workers/{name}",
        WorkerSeen,
    ),
    EventType(
        "mlops.worker.returned",
        "Worker came back",
        "A worker that was lost says something again.",
        "workers/{name}",
        WorkerSeen,
    ),
    EventType(
        "mlops.worker.joined",
        "Machine joined",
        "A machine has exchanged a join token for the settings of a worker, the secret key among them.",
        "workers/{host}",
        MachineJoined,
    ),
    EventType(
        "mlops.worker.join_token_created",
        "Join token made",
        "An administrator lets one machine become a worker, once, until the token runs out.",
        "join-tokens/{id}",
        JoinTokenMade,
    ),
    EventType(
        "mlops.worker.join_token_revoked",
        "Join token revoked",
        "An administrator has made such a token useless.",
        "join-tokens/{id}",
        JoinTokenRevoked,
    ),
    EventType(
        "mlops.pool.scaled",
        "Pool scaled",
        "The command of MLOPS_AUTOSCALE_COMMAND was told to start or stop workers of a pool.",
        "pools/{name}",
        PoolScaled,
    ),
)
