"""Jobs: take in what was collected, put small parts together, remove what is too old or forsaken."""

from __future__ import annotations

import time
from uuid import UUID

from django.utils import timezone

from mlops.collected import (
    compacting,
    forget_tasks,
    intake,
    keeping,
    keys,
    label_taking,
    refreshing,
    retention,
    save_tasks,
)
from mlops.collected.leases import leased
from mlops.collected.models import Intake, IntakeState
from mlops.collected.taking import take
from mlops.deployments.models import Deployment
from mlops.deployments.spools import Source, left, sources
from mlops.formats.refusal import Refusal
from mlops.work import shared_clock
from mlops.work.calls import every, job, later

HOMELESS_SECONDS = 600.0
REMOTE_SECONDS = 2
__all__ = ["compact", "forget_tasks", "look", "look_left", "save_tasks", "take_one", "tidy"]


def _collects() -> bool:
    return Deployment.objects.exists() or Intake.objects.exists() or label_taking.posted().exists()


@every(1, "collected.look", if_any=_collects)
def look() -> None:
    """Cheap where there is nothing to take: a listing of a folder for each deployment that collects. Servers that are
    asked over a network have a job each, so that a slow one holds up nobody."""
    label_taking.take_posted()
    rows = intake.wanted()
    if not rows:
        return
    deployments = Deployment.objects.select_related("endpoint__project").in_bulk([row.deployment_id for row in rows])
    for row in rows:
        deployment = deployments.get(row.deployment_id)
        if deployment is None:
            continue
        if deployment.target == "process":
            take_in(row, sources(deployment))
        elif int(time.time()) % REMOTE_SECONDS == 0 and (
            row.lease_until is None or row.lease_until < shared_clock.now()
        ):
            later("collected.take", row.pk)


@every(10, "collected.look_left")
def look_left() -> None:
    """Takes in what deployments left that were removed."""
    present = Deployment.objects.values_list("pk", flat=True)
    gone = {row.deployment_id: row for row in Intake.objects.select_related("endpoint__project")}
    for pk in present:
        gone.pop(pk, None)
    for pk, found in _left().items() if gone else ():
        if pk in gone:
            take_in(gone[pk], found)


@job("collected.take")
def take_one(intake_id: str) -> None:
    row = Intake.objects.select_related("endpoint__project").filter(pk=intake_id).first()
    deployment = (
        Deployment.objects.select_related("endpoint__project").filter(pk=row.deployment_id).first() if row else None
    )
    if row is not None and deployment is not None:
        take_in(row, sources(deployment))


def take_in(row: Intake, found: list[Source]) -> None:
    if not _has_work(row, found):
        return
    with leased(row) as is_mine:
        if not is_mine:
            return
        trouble: Refusal | None = None
        for source in found:
            try:
                intake.went_well(row, take(row, source))
            except Refusal as refusal:
                trouble = refusal
        if trouble is not None:
            intake.went_wrong(row, trouble)


def _has_work(row: Intake, found: list[Source]) -> bool:
    """A look that finds nothing writes nothing."""
    if row.state == IntakeState.FAILING or row.silent_since is not None:
        return True
    try:
        return any(source.held() for source in found)
    except Refusal:
        return True


@every(20, "collected.compact")
def compact() -> None:
    compacting.compact_due()


@every(5, "collected.match", if_any=lambda: label_taking.unmatched().exists())
def match() -> None:
    """Somebody who sent labels waits for what is said of their ids."""
    label_taking.match_due()


@every(60, "collected.tidy")
def tidy() -> None:
    _discard_homeless()
    keys.forget_old(timezone.now())
    retention.remove_old(timezone.now())
    refreshing.start_due(timezone.now())
    keeping.remove_forsaken()


def _discard_homeless() -> None:
    """What deployments left whose endpoint was deleted, with all that it had collected."""
    found = _left()
    known = set(Intake.objects.filter(deployment_id__in=found).values_list("deployment_id", flat=True))
    for pk, those in found.items():
        for source in those if pk not in known else ():
            try:
                for one in source.held():
                    if _age(one.name) > HOMELESS_SECONDS:
                        source.discard(one.name)
            except Refusal:
                continue  # the next time


def _left() -> dict[UUID, list[Source]]:
    """By the former id; without those that cannot be asked now."""
    found: dict[UUID, list[Source]] = {}
    try:
        for pk, source in left():
            found.setdefault(pk, []).append(source)
    except Refusal:
        pass  # what was found before is told; the rest is when its place answers again
    return found


def _age(name: str) -> float:
    """Seconds since the segment was begun, as its name tells."""
    return time.time() - int(name.partition("-")[0], 16) / 1_000_000
