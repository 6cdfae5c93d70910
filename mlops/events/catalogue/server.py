"""Events of the server itself."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class JobFailing(Data, kw_only=True):
    job: Annotated[str, said("The name of the regular job, as the system page shows it.")]
    failures: Annotated[int, said("How often it failed in a row.")]
    error: Annotated[str, said("What it said last.")]


class HealthBad(Data, kw_only=True):
    part: Annotated[str, said("Which part, as the health page names it, such as `disk`.")]
    what: Annotated[str, said("Which thing of it; empty: there is only one.")]
    why: str
    remedy: Annotated[str, said("What to do.")]


class HealthWell(Data, kw_only=True):
    part: str
    seconds: Annotated[float, said("How long people knew that it was bad.")]


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
    EventType(
        "mlops.server.health_bad",
        "Part of the server needs a hand",
        "Two looks in a row found something bad, such as a full disk or a broker that does not answer.",
        "server/{part}",
        HealthBad,
    ),
    EventType(
        "mlops.server.health_well",
        "Part of the server well again",
        "A look found nothing bad any more.",
        "server/{part}",
        HealthWell,
    ),
)
