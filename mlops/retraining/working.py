"""The comparison, which takes work: under a lease that is renewed; what a lost worker left is taken up again."""

from __future__ import annotations

import logging
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.packaging.scratch import scratch
from mlops.registry.reading import describe
from mlops.retraining.advancing import ROWS
from mlops.retraining.champion import champion_of
from mlops.retraining.comparing import challenger_of, compare
from mlops.retraining.deciding import after_comparison
from mlops.retraining.models import WORKED_ON, Attempt, Stage
from mlops.retraining.moving import move, tell
from mlops.retraining.promoting import mark_rejected
from mlops.retraining.verdicts import verdict_of
from mlops.work import shared_clock

LEASE = timedelta(seconds=30)
MOST_LOSSES = 3
_log = logging.getLogger(__name__)


class Lost(Exception):
    """Another worker has it, or a person ended it."""


def work(attempt_id: UUID | str) -> None:
    attempt = claim(attempt_id)
    if attempt is None:
        return
    folder = Path(tempfile.mkdtemp(prefix=f"retraining-{attempt.pk}-", dir=scratch()))
    try:
        _compare(attempt, folder)
    except Lost:
        return
    except Refusal as refusal:
        move(attempt, Stage.FAILED, reason=refusal.message, hint=refusal.hint)
    except Exception:  # one attempt's fault must end in its row, with the worker going on
        _log.exception("The attempt %s failed.", attempt_id)
        hint = _("The worker's log has the traceback. The model in use stays; retry once it is mended.")
        move(attempt, Stage.FAILED, reason=_("An unexpected fault ended it."), hint=hint)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _learned_from(tree: str) -> str:
    """The dataset versions that a model says it was trained on."""
    manifest = describe(tree).manifest
    return ", ".join(manifest.sources)[:200] if manifest else ""


def claim(attempt_id: UUID | str) -> Attempt | None:
    now = shared_clock.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    rows = Attempt.objects.filter(free, pk=attempt_id, stage__in=WORKED_ON)
    if not rows.update(lease_until=now + LEASE):
        return None
    return Attempt.objects.select_related(*ROWS).get(pk=attempt_id)


def lost() -> list[UUID]:
    """Those whose worker is gone. One that took several workers with it has failed."""
    now = shared_clock.now()
    for attempt in Attempt.objects.filter(stage__in=WORKED_ON, lease_until__lt=now).select_related(*ROWS):
        if attempt.losses + 1 >= MOST_LOSSES:
            hint = _("The worker's log may say why; often the machine ran out of memory.")
            move(
                attempt,
                Stage.FAILED,
                reason=_("Its worker was lost %(most_losses)s times.") % {"most_losses": MOST_LOSSES},
                hint=hint,
            )
        else:
            same = Attempt.objects.filter(pk=attempt.pk, moves=attempt.moves, lease_until=attempt.lease_until)
            same.update(lease_until=None, losses=attempt.losses + 1)
    rows = Attempt.objects.filter(stage__in=WORKED_ON, lease_until__isnull=True)
    return list(rows.values_list("pk", flat=True))


def renew(attempt: Attempt) -> None:
    """Raises Lost where it was moved meanwhile, which ends the child process too."""
    rows = Attempt.objects.filter(pk=attempt.pk, moves=attempt.moves)
    if not rows.update(lease_until=shared_clock.now() + LEASE):
        raise Lost


def _compare(attempt: Attempt, folder: Path) -> None:
    champion = attempt.champion if attempt.is_dry_run else champion_of(attempt.policy.project, attempt.wanted)
    candidate = challenger_of(attempt)
    evidence = compare(attempt, champion, folder, beat=lambda: renew(attempt))
    verdict = verdict_of(attempt.wanted.compare, evidence)
    decision = after_comparison(attempt.wanted, verdict, is_dry_run=attempt.is_dry_run)
    with transaction.atomic():
        attempt.champion, attempt.champion_label = champion, str(champion) if champion else ""
        attempt.challenger_label, attempt.verdict = candidate.label, msgspec.to_builtins(verdict)
        values = {
            "champion": champion,
            "champion_label": attempt.champion_label,
            "challenger_label": candidate.label,
            "evidence": msgspec.to_builtins(evidence),
            "verdict": attempt.verdict,
        }
        if not attempt.data_label:
            values["data_label"] = _learned_from(candidate.tree)
        if not attempt.is_dry_run:
            tell(None, attempt, "compared", reason=verdict.reason)
        if not move(attempt, decision.to, reason=decision.reason, hint=decision.hint, **values):
            raise Lost
        if decision.to == "rejected":
            mark_rejected(attempt)
