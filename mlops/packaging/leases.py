"""Rows of work that one worker at a time performs: claimed with a lease, taken over when its worker is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F, Manager, Model, Q, QuerySet
from django.utils.translation import gettext as _

from mlops.work import shared_clock

LEASE = timedelta(seconds=15)
WAITING = timedelta(seconds=20)
MOST_ATTEMPTS = 3
QUEUED, RUNNING, CANCELLED = "queued", "running", "cancelled"


class Leased(models.Model):
    """What every such row has. Its kind adds `state`, with the final ones in words of its own."""

    reason = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    state_since = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def is_final(self) -> bool:
        return getattr(self, "state", QUEUED) not in (QUEUED, RUNNING)


def claim(rows: QuerySet[Any], pk: Any, *, reason: str) -> bool:
    """Whether this worker has it now: it was free, or its worker is gone."""
    now = shared_clock.now()
    free = Q(state=QUEUED) | Q(state=RUNNING, lease_until__lt=now)
    taken = rows.filter(free, pk=pk).update(
        state=RUNNING, state_since=now, reason=reason, lease_until=now + LEASE, attempt=F("attempt") + 1
    )
    return bool(taken)


def renew(row: Model) -> None:
    """As it was claimed: who lost it to another worker renews nothing."""
    attempt: int = getattr(row, "attempt")  # noqa: B009  (each kind has a model of its own)
    rows = type(row)._default_manager.filter(pk=row.pk, state=RUNNING, attempt=attempt)
    rows.update(lease_until=shared_clock.now() + LEASE)


def cancel(row: Model) -> bool:
    """Whether it had not begun: then it is cancelled now, else its worker is asked to end it. The row has
    `cancel_asked`, and the state `cancelled`."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    told = {"reason": _("Cancelled before it began."), "state_since": shared_clock.now(), "cancel_asked": True}
    if rows.filter(state=QUEUED).update(state=CANCELLED, **told):
        return True
    rows.filter(state=RUNNING).update(cancel_asked=True, reason=_("It is being cancelled."))
    return False


def is_unwanted(row: Model) -> bool:
    """Renews the lease; whether somebody asked for the end of it meanwhile."""
    renew(row)
    return type(row)._default_manager.filter(pk=row.pk, state=RUNNING, cancel_asked=True).exists()


def are_open(rows: Manager[Any]) -> Callable[[], bool]:
    """Asks whether some wait or are worked on: without, a regular look at them finds nothing."""
    return rows.filter(state__in=(QUEUED, RUNNING)).exists


def lost_for_good(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those whose workers were lost as often as is tried."""
    return rows.filter(state=RUNNING, lease_until__lt=shared_clock.now(), attempt__gte=MOST_ATTEMPTS)


def give_back(rows: QuerySet[Any]) -> None:
    """Those whose worker is gone wait again."""
    now = shared_clock.now()
    rows.filter(state=RUNNING, lease_until__lt=now, attempt__lt=MOST_ATTEMPTS).update(
        state=QUEUED, state_since=now, reason=_("Its worker was lost; it is tried again.")
    )


def forgotten(rows: QuerySet[Any]) -> list[Any]:
    """Keys of those that nobody took for a while, or that were given back."""
    overdue = Q(state_since__lt=shared_clock.now() - WAITING) | Q(attempt__gt=0)
    return list(rows.filter(overdue, state=QUEUED).values_list("pk", flat=True))
