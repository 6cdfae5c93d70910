"""What Prometheus is told of the server: what waits, who works, its regular jobs, its disk and its database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from mlops.administration.processes import processes
from mlops.administration.scaling.looking import wanted
from mlops.administration.system import jobs, queues, storage, workers
from mlops.events.queries import newest_seq
from mlops.formats.prometheus import Family, Sample
from mlops.runs.models import FINAL_STEP_STATES, Step, StepState
from mlops.work import tallies
from mlops.work.measuring import measures

OPEN_STEP_STATES = [state for state in StepState.values if state not in FINAL_STEP_STATES]


@measures("queues")
def of_queues() -> Iterable[Family]:
    lines, now = queues.queues(), timezone.now()
    yield Family(
        name="mlops_queue_waiting",
        help="What waits, by queue; calls: wake-up calls at the broker.",
        samples=[Sample(one.waiting, {"queue": one.name}) for one in lines if one.waiting is not None],
    )
    yield Family(
        name="mlops_queue_oldest_wait_seconds",
        help="How long the oldest waits; 0 where nothing does.",
        samples=[Sample(_age(one.oldest_at, now), {"queue": one.name}) for one in lines],
    )


@measures("steps")
def of_steps() -> Iterable[Family]:
    counted = Step.objects.filter(state__in=OPEN_STEP_STATES).order_by().values_list("state").annotate(Count("pk"))
    found = dict(counted)
    yield Family(
        name="mlops_steps",
        help="Steps that have not ended, by state.",
        samples=[Sample(found.get(state, 0), {"state": state}) for state in OPEN_STEP_STATES],
    )


@measures("durations")
def of_durations() -> Iterable[Family]:
    tallies.write()
    yield from tallies.families()


@measures("workers")
def of_workers() -> Iterable[Family]:
    lines = workers.workers()
    living = [one for one in lines if one.standing.state in ("ok", "warning")]
    states = ("ok", "warning", "bad", "unknown")
    yield Family(
        name="mlops_workers",
        help="Workers by how they are; unknown: they were ended within the last day.",
        samples=[Sample(sum(one.standing.state == state for one in lines), {"state": state}) for state in states],
    )
    yield _one("mlops_worker_places", "Calls that living workers can carry out at once.", sum(x.places for x in living))
    yield _one("mlops_worker_places_taken", "Calls that they carry out now.", sum(len(x.doing) for x in living))
    yield _one("mlops_worker_memory_bytes", "Memory of living workers.", sum(x.memory_bytes or 0 for x in living))


@measures("pools")
def of_pools() -> Iterable[Family]:
    """What a scaler of somebody else's goes by."""
    lines = wanted()
    yield Family(
        name="mlops_pool_workers_wanted",
        help="How many workers a pool should have, within its bounds.",
        samples=[Sample(one.wanted, {"pool": one.pool}) for one in lines],
    )
    yield Family(
        name="mlops_pool_workers",
        help="How many take steps in it.",
        samples=[Sample(one.workers, {"pool": one.pool}) for one in lines],
    )
    yield Family(
        name="mlops_pool_steps_waiting",
        help="Steps that ask for it and wait.",
        samples=[Sample(one.waiting, {"pool": one.pool}) for one in lines],
    )


@measures("regular_jobs")
def of_jobs() -> Iterable[Family]:
    lines = jobs.jobs()
    yield Family(
        name="mlops_regular_job_last_success_timestamp_seconds",
        help="When a regular job ended well last.",
        samples=[Sample(one.ended_at.timestamp(), {"task": one.name}) for one in lines if one.ended_at],
    )
    yield Family(
        name="mlops_regular_job_interval_seconds",
        help="How often it should run.",
        samples=[Sample(one.every_seconds, {"task": one.name}) for one in lines if one.every_seconds],
    )
    yield Family(
        name="mlops_regular_job_failures",
        help="How often it failed in a row.",
        samples=[Sample(one.failures, {"task": one.name}) for one in lines],
    )


@measures("storage")
def of_storage() -> Iterable[Family]:
    found = storage.storage()
    yield Family(
        name="mlops_blob_bytes",
        help="Stored files; condemned: held by nothing, they go after their grace.",
        samples=[
            Sample(found.blob_bytes - found.condemned_bytes, {"state": "held"}),
            Sample(found.condemned_bytes, {"state": "condemned"}),
        ],
    )
    yield _one("mlops_disk_free_bytes", "Free on the disk of the data directory.", found.free_bytes)
    yield _one("mlops_disk_size_bytes", "Of that disk.", found.total_bytes)
    yield Family(
        name="mlops_folder_bytes",
        help="Of the data directory's entries, as a worker measures them each hour.",
        samples=[Sample(one.bytes, {"folder": one.name}) for one in found.folders if one.title],
    )


@measures("database")
def of_database() -> Iterable[Family]:
    yield _one("mlops_events_total", "Events of the audit trail.", newest_seq(), kind="counter")
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()), current_setting('max_connections')::int")
        size, most = cursor.fetchone()
        cursor.execute(
            "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() GROUP BY 1"
        )
        states = cursor.fetchall()
    yield _one("mlops_database_size_bytes", "Of the database.", size)
    yield _one("mlops_database_connections_most", "Connections that the database server takes.", most)
    yield Family(
        name="mlops_database_connections",
        help="Connections to this database, by state.",
        samples=[Sample(count, {"state": state}) for state, count in states],
    )


@measures("processes")
def of_processes() -> Iterable[Family]:
    yield Family(
        name="mlops_process_restarts_total",
        help="How often `mlops up` or `mlops serve router` started a process again that had died, since its own start.",
        kind="counter",
        samples=[
            Sample(one.restarts, {"process": one.name} | ({"host": host} if host else {}))
            for host, found in processes(settings.DATA_DIR).items()
            for one in found
        ],
    )


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0


def _one(name: str, help: str, value: float, *, kind: str = "gauge") -> Family:
    return Family(name=name, help=help, kind="counter" if kind == "counter" else "gauge", samples=[Sample(value)])
