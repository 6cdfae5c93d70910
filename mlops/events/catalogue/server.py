"""Events of the server itself."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class JobFailing(Data, kw_only=True):
    job: Annotated[str, said("The name of the regular job, as the system page shows it.")]
    failures: Annotated[int, said("How often it failed in a row.")]
    error: Annotated[str, said("What it said last.")]


class MaintenanceBegan(Data, kw_only=True):
    reason: str
    until: Annotated[str, said("When it is expected to end; empty: nobody said.")]


class MaintenanceEnded(Data, kw_only=True):
    seconds: Annotated[float, said("How long it was on.")]


class Upgraded(Data, kw_only=True):
    migrations: Annotated[list[str], said("Those that were applied.")]
    backup: Annotated[str, said("The backup that leads back, on the server's machine.")]


TYPES = (
    EventType(
        "mlops.server.upgraded",
        "Server upgraded",
        "`mlops upgrade` has brought the tables up to date.",
        "server/upgrade",
        Upgraded,
    ),
    EventType(
        "mlops.server.maintenance_began",
        "Maintenance began",
        "An administrator closes the server for changes, or changes why and until when.",
        "server/maintenance",
        MaintenanceBegan,
    ),
    EventType(
        "mlops.server.maintenance_ended",
        "Maintenance ended",
        "An administrator opens it again.",
        "server/maintenance",
        MaintenanceEnded,
    ),
    EventType(
        "mlops.server.job_failing",
        "Regular job failing",
        "A job that runs at an interval failed three times in a row.",
        "server/{job}",
        JobFailing,
    ),
    EventType(
        "mlops.server.job_recovered",
        "Regular job recovered",
        "Such a job ended well again.",
        "server/{job}",
        JobFailing,
    ),
)
