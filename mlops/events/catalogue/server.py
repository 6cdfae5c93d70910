"""Events of the server itself."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class JobFailing(Data, kw_only=True):
    job: Annotated[str, said("The name of the regular job, as the system page shows it.")]
    failures: Annotated[int, said("How often it failed in a row.")]
    error: Annotated[str, said("What it said last.")]


TYPES = (
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
