"""The machines that work here: their workers, room on their disks, their clocks, and whether they confine programs."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

import mlops
from mlops.administration.health.finding import Finding, of_standing
from mlops.administration.health.looks import essential
from mlops.administration.system import storage
from mlops.compute.shaping import state_of, why_of
from mlops.confinement.confining import lacking
from mlops.work.models import Worker
from mlops.work.pulse import alive

SKEW_SECONDS, BAD_SKEW_SECONDS = 5.0, 60.0
LOST_LATELY = timedelta(hours=1)
COMPUTE = "/compute/"


def of_workers() -> list[Finding]:
    """That there is one, and each that was lost lately or is of another version."""
    now = timezone.now()
    found = essential.worker()
    for one in Worker.objects.filter(ended_at=None).order_by("name"):
        why, since, remedy = why_of(one, now)
        if state_of(one, now) == "away":
            if now - one.seen_at < LOST_LATELY:
                found.append(Finding(state="warning", what=one.name, why=why, since=since, remedy=remedy, link=COMPUTE))
        elif one.version != mlops.__version__:
            why = _("It is of version %(its)s, and the others are of %(ours)s.") % {
                "its": one.version, "ours": mlops.__version__,
            }  # fmt: skip
            found.append(Finding(state="warning", what=one.name, why=why, remedy=_("Start it again."), link=COMPUTE))
    return found


def disks() -> list[Finding]:
    """Of each machine with a worker, as it told it last."""
    found = []
    for host, free, total in _disks():
        standing = storage.room(free, total)
        if standing.state != "ok":
            found.append(of_standing(standing, what=host, link="/system/storage/"))
    return found


def _disks() -> list[tuple[str, int, int]]:
    rows = alive().exclude(disk_bytes=None).order_by("host", "disk_free_bytes")
    found: dict[str, tuple[int, int]] = {}
    for host, free, total in rows.values_list("host", "disk_free_bytes", "disk_bytes"):
        found.setdefault(host, (free or 0, total or 0))
    return [(host, free, total) for host, (free, total) in found.items()]


def clocks() -> list[Finding]:
    """Leases go by the database's clock; schedules and what people read go by the machine's."""
    found = []
    for one in alive().exclude(clock_ahead_seconds=None):
        ahead = one.clock_ahead_seconds or 0.0
        if abs(ahead) > SKEW_SECONDS:
            found.append(_skewed(one, ahead))
    return found


def _skewed(worker: Worker, ahead: float) -> Finding:
    told = {"seconds": f"{abs(ahead):.0f}"}
    why = (
        _("Its clock is %(seconds)s seconds ahead of the database's.") % told
        if ahead > 0
        else _("Its clock is %(seconds)s seconds behind the database's.") % told
    )
    remedy = _("Let the machine follow a time server: `timedatectl set-ntp true`.")
    is_far = abs(ahead) > BAD_SKEW_SECONDS
    return Finding(state="bad" if is_far else "warning", what=worker.name, why=why, remedy=remedy)


def confinement() -> list[Finding]:
    if settings.JOB_CONFINEMENT == "off":
        why = _("People's code is not confined: it reads all that the server can read.")
        remedy = _("Set MLOPS_JOB_CONFINEMENT to preferred, unless you trust everybody who can run a job.")
        return [Finding(state="warning", why=why, remedy=remedy, link="/docs/guides/isolation/")]
    if lack := lacking():
        remedy = _("Only people whom you trust may run jobs here; or run jobs in containers.")
        is_needed = settings.JOB_CONFINEMENT == "required"
        link = "/docs/guides/isolation/"
        return [Finding(state="bad" if is_needed else "warning", why=lack, remedy=remedy, link=link)]
    return []
