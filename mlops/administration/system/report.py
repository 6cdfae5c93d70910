"""All of it in one answer, in the order in which people look for trouble."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.access.decisions import require_administrator
from mlops.administration.system import copies, database, jobs, queues, storage, versions, workers
from mlops.administration.system.standing import Standing, worst


class System(msgspec.Struct, frozen=True, kw_only=True):
    state: str
    """The worst of its parts."""
    workers: list[workers.WorkerLine]
    workers_standing: Standing
    jobs: list[jobs.JobLine]
    jobs_standing: Standing
    queues: list[queues.QueueLine]
    storage: storage.Storage
    database: database.Database
    backups: copies.Copies
    versions: versions.Versions


def system(actor: Any) -> System:
    """Raises Refusal `forbidden` for all but administrators."""
    require_sight(actor)
    found_workers, found_jobs, found_queues = workers.workers(), jobs.jobs(), queues.queues()
    disk, base, backups = storage.storage(), database.database(), copies.copies()
    of_workers, of_jobs = workers.standing(found_workers), jobs.standing(found_jobs)
    standings = [of_workers, of_jobs, disk.standing, base.standing, backups.standing]
    return System(
        state=worst([*standings, *(one.standing for one in found_queues)]),
        workers=found_workers,
        workers_standing=of_workers,
        jobs=found_jobs,
        jobs_standing=of_jobs,
        queues=found_queues,
        storage=disk,
        database=base,
        backups=backups,
        versions=versions.versions(),
    )


def require_sight(actor: Any) -> None:
    require_administrator(
        actor,
        _("Only an administrator may see how this server is."),
        _("/readyz says whether it works; ask an administrator for more."),
    )
