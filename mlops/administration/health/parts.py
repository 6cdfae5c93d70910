"""The parts of the server that are looked at, in the order in which trouble spreads: what stands first is often why
the others are bad."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from mlops.administration.health.finding import Finding
from mlops.administration.health.looks import certificates, essential, keeping, machines, outside, waiting

SOON, NOW_AND_THEN, HOURLY = 30.0, 300.0, 3600.0


class Part(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    title: Any
    look: Callable[[], list[Finding]]
    every_seconds: float = SOON
    is_mailed: bool = True
    """Whether administrators get a mail when it turns bad; failing jobs have one of their own."""


PARTS: tuple[Part, ...] = (
    Part(key="database", title=_("Database"), look=essential.database),
    Part(key="migrations", title=_("Tables of this version"), look=essential.migrations),
    Part(key="broker", title=_("Broker of wake-up calls"), look=waiting.broker),
    Part(key="storage", title=_("Stored files"), look=essential.blobs),
    Part(key="disk", title=_("Room on disks"), look=machines.disks),
    Part(key="clock", title=_("Clocks"), look=machines.clocks),
    Part(key="workers", title=_("Workers"), look=machines.of_workers),
    Part(key="routers", title=_("Routers"), look=essential.router),
    Part(key="jobs", title=_("Regular jobs"), look=waiting.regular_jobs, is_mailed=False),
    Part(key="queues", title=_("What waits"), look=waiting.of_queues),
    Part(key="targets", title=_("Clusters and engines"), look=outside.targets, every_seconds=120.0),
    Part(key="deliveries", title=_("Events to subscribers"), look=waiting.deliveries),
    Part(key="mail", title=_("Mail"), look=outside.mail, every_seconds=NOW_AND_THEN),
    Part(key="certificates", title=_("Certificates"), look=certificates.certificates, every_seconds=HOURLY),
    Part(key="backups", title=_("Backups"), look=keeping.backups, every_seconds=NOW_AND_THEN),
    Part(key="confinement", title=_("Confinement of jobs"), look=machines.confinement, every_seconds=HOURLY),
    Part(key="maintenance", title=_("Maintenance"), look=keeping.maintained),
    Part(key="settings", title=_("Settings"), look=keeping.settings, every_seconds=HOURLY),
)
BY_KEY = {one.key: one for one in PARTS}


def looked_at(part: Part) -> list[Finding]:
    """What breaks a look is what it found."""
    try:
        return part.look()
    except Exception as error:  # any part's own error is the reason that people ask about
        from django.utils.translation import gettext

        why = gettext("It cannot be looked at: %(error)s") % {"error": f"{type(error).__name__}: {error}"[:500]}
        return [Finding(state="bad", why=why, remedy=gettext("The worker's log says more."), link=waiting.LOGS)]
