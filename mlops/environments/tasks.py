"""Builds environments in a worker: claimed with a lease, heard through their log, taken over when a worker is lost."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import msgspec
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.environments.models import Environment, EnvironmentState, EnvironmentVersion
from mlops.environments.ordering import BUILD, CHECK
from mlops.environments.pruning import prune_by_setting
from mlops.environments.store import begin, ended
from mlops.environments.vulnerabilities import check
from mlops.events.chain import notify
from mlops.formats.definition import Requirements
from mlops.work import shared_clock
from mlops.work.calls import every, job, later

LEASE = timedelta(seconds=60)
FORGOTTEN = timedelta(seconds=30)
LOOK_SECONDS = 1.0
LONGEST = timedelta(hours=2)


@job(BUILD)
def build_environment(key: str) -> None:
    if not _claim(key):
        return
    row = Environment.objects.get(key=key)
    requirements = msgspec.convert(row.requirements, type=Requirements)
    _tell(key)
    until = timezone.now() + LONGEST
    with tempfile.TemporaryDirectory(prefix="environment-") as work_dir:
        build = begin(requirements, work_dir=Path(work_dir))
        try:
            while (report := build.poll()) is None:
                build.wait(LOOK_SECONDS)
                build.news()
                Environment.objects.filter(key=key).update(lease_until=shared_clock.now() + LEASE)
                if timezone.now() > until:
                    break
        finally:
            build.kill()
        ended(requirements, report)
    Environment.objects.filter(key=key).update(lease_until=None)
    _tell(key)


@job(CHECK)
def check_environment(key: str) -> None:
    check(key)
    _tell(key)


@every(30, "environments.sweep")
def sweep() -> None:
    """Wakes up builds that wait, and takes back those whose worker is gone."""
    now = shared_clock.now()
    Environment.objects.filter(state=EnvironmentState.BUILDING, lease_until__lt=now).update(
        state=EnvironmentState.WAITING,
        reason=_("Its worker was lost; it is built again."),
        state_since=now - FORGOTTEN,
        lease_until=None,
    )
    waiting = Environment.objects.filter(state=EnvironmentState.WAITING, state_since__lte=now - FORGOTTEN)
    for key in waiting.values_list("key", flat=True):
        later(BUILD, key)


@every(6 * 3600, "environments.prune")
def prune_environments() -> None:
    prune_by_setting()


def _claim(key: str) -> bool:
    now = shared_clock.now()
    free = Q(state=EnvironmentState.WAITING) | Q(state=EnvironmentState.BUILDING, lease_until__lt=now)
    return bool(
        Environment.objects.filter(free, key=key).update(
            state=EnvironmentState.BUILDING,
            reason=_("It is being built; its log shows how far it is."),
            state_since=now,
            lease_until=now + LEASE,
        )
    )


def _tell(key: str) -> None:
    for version in EnvironmentVersion.objects.filter(key=key).select_related("asset__project"):
        notify("environment", str(version.asset_id), project=version.asset.project)
