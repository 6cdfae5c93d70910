"""The regular job: where a pool should have more or fewer workers than it has, the administrators' command is run, no
sooner than some time after the last time. What it starts joins by itself; whom it stops, it says itself."""

from __future__ import annotations

import logging
import os
import shlex
import subprocess  # nosec B404
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops import env
from mlops.administration.models import PoolScaling
from mlops.administration.scaling import looking
from mlops.administration.scaling.deciding import Wanted, decide
from mlops.events.chain import record
from mlops.formats.labels import written_labels

COMMAND_SECONDS = 60.0
LONGEST_SAID = 1000
KEPT_BACK = ("MLOPS_", "AWS_")

_log = logging.getLogger(__name__)


def scale(now: datetime | None = None) -> None:
    """Nothing where MLOPS_AUTOSCALE_COMMAND is empty."""
    command = env.read("MLOPS_AUTOSCALE_COMMAND")
    if not command:
        return
    now = now or timezone.now()
    found = [one for one in looking.facts() if one.most is not None]  # without a bound nothing is started
    looking.note_quiet(found, now)
    for one in (decide(facts, now) for facts in found):
        if one.wanted != one.workers and _claim(one, now):
            said = _run(command, one)
            _tell(one, said)


def _claim(one: Wanted, now: datetime) -> bool:
    """Several workers look; one of them calls, and nobody again before the pause is over."""
    pause = timedelta(seconds=float(env.read("MLOPS_AUTOSCALE_PAUSE_SECONDS")))
    due = Q(called_at=None) | Q(called_at__lt=now - pause)
    return bool(PoolScaling.objects.filter(due, pool=one.pool).update(called_at=now))


def _run(command: str, one: Wanted) -> str:
    """Why it failed; empty where it did not. It gets no setting of ours and no keys of the bucket: only its own
    variables, the usual ones, and those that MLOPS_AUTOSCALE_ENVIRONMENT names."""
    asked = {name.strip() for name in env.read("MLOPS_AUTOSCALE_ENVIRONMENT").split(",")}
    clean = {name: value for name, value in os.environ.items() if name in asked or not name.startswith(KEPT_BACK)}
    told = {
        "MLOPS_POOL": one.pool,
        "MLOPS_POOL_LABELS": written_labels(one.labels),
        "MLOPS_WORKERS": str(one.workers),
        "MLOPS_WORKERS_WANTED": str(one.wanted),
        "MLOPS_WHY": one.why,
    }
    words = [*shlex.split(command), one.pool, str(one.wanted), str(one.workers)]
    try:
        done = subprocess.run(  # nosec B603
            words, env=clean | told, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return _("It did not end within a minute.")
    except OSError as error:
        return _("It cannot be run: %(error)s.") % {"error": error}
    if done.returncode == 0:
        return ""
    said = (done.stderr or done.stdout).strip()[-LONGEST_SAID:]
    return _("It ended with status %(status)d: %(said)s") % {"status": done.returncode, "said": said or "–"}


def _tell(one: Wanted, trouble: str) -> None:
    if trouble:
        _log.warning("The command of MLOPS_AUTOSCALE_COMMAND failed for the pool %s: %s", one.pool, trouble)
    data = {"pool": one.pool, "workers": one.workers, "wanted": one.wanted, "why": one.why, "trouble": trouble}
    with transaction.atomic():
        PoolScaling.objects.filter(pool=one.pool).update(wanted=one.wanted, why=one.why, trouble=trouble)
        record(None, "mlops.pool.scaled", subject=f"pools/{one.pool}", data=data)
