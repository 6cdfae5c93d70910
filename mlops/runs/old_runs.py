"""The rule that deletes old runs of a project from which nothing was registered and that nothing uses. Rules of an
experiment (retention.py) say more exactly which of its runs go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from mlops.bin import rules
from mlops.bin.models import Policy
from mlops.bin.rules import Candidate
from mlops.bin.within import would_go
from mlops.formats.refusal import Refusal
from mlops.runs.deletion import LIGHT, check_deletable, delete_as
from mlops.runs.family import family_of
from mlops.runs.models import FINAL_RUN_STATES, Run
from mlops.runs.remains import size_of

RUNS_A_LOOK = 500


def register() -> None:
    rules.register(rules.Rule("runs_days", found, carry, lambda run: would_go(family_of(run))))


def found(policy: Policy) -> Iterator[Candidate]:
    if not policy.runs_days:
        return
    before = timezone.now() - timedelta(days=policy.runs_days)
    runs = Run.objects.filter(
        project=policy.project, parent=None, deleted_at=None, state__in=FINAL_RUN_STATES, ended_at__lt=before
    ).select_related("project", "experiment", "created_by", "parent")
    for run in runs.defer(*LIGHT).order_by("ended_at")[:RUNS_A_LOOK]:
        family = family_of(run)
        kept = ""
        try:
            check_deletable(run, family)
        except Refusal as refusal:
            kept = refusal.message
        yield Candidate(
            title=f"#{run.number} {run.display_name}".strip(),
            url=reverse("web:run", args=[run.pk]),
            kind="run",
            bytes=sum(size_of(one) for one in family),
            row=run,
            kept=kept,
        )


def carry(run: Run, policy: Policy) -> None:
    days = policy.runs_days
    reason = ngettext(
        "Older than %(count)d day, by the project's rule.", "Older than %(count)d days, by the project's rule.", days
    ) % {"count": days}
    delete_as(None, run, reason=reason)
