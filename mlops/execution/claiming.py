"""Which steps a worker may take, and how it takes one: by a conditional update, so that no other takes it too."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from mlops.events.chain import notify
from mlops.runs.logging import forget_metrics
from mlops.runs.models import Step
from mlops.work import shared_clock

LEASE = timedelta(seconds=15)

OWNER = f"{socket.gethostname()}:{os.getpid()}"


def claimable() -> QuerySet[Step]:
    """Steps that a worker may take now, the one that waits longest first."""
    is_free = Q(lease_until=None) | Q(lease_until__lte=shared_clock.now())
    waiting = Step.objects.filter(is_free, state="queued", run__state__in=("queued", "running"))
    return waiting.order_by("state_since", "pk")


def claim(step_id: int) -> Step | None:
    now = shared_clock.now()
    with transaction.atomic():
        taken = (
            claimable()
            .filter(pk=step_id)
            .order_by()
            .update(
                state="running",
                reason=_("Running on %(worker)s.") % {"worker": OWNER},
                state_since=now,
                started_at=now,
                ended_at=None,
                error=None,
                progress=0.0,
                attempt=F("attempt") + 1,
                lease_owner=OWNER,
                lease_until=now + LEASE,
            )
        )
        if not taken:
            return None
        known = Step.objects.select_related("run__project", "run__experiment").defer("run__document", "run__shapes")
        step = known.get(pk=step_id)
        if step.attempt > 1:  # of one that was lost
            forget_metrics(step.run, node=step.node)
        notify("step", f"{step.run_id}/{step.node}", project=step.run.project)
    return step
