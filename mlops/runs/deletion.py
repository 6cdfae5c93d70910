"""Deleting runs: into the recycle bin, out of it again, or for good.

A run in the bin is in no list and opens nowhere, and nothing of it is removed. What is deleted for good leaves a
tombstone; its bytes go with the next collection of garbage, where nothing else holds them.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import ProtectedError, QuerySet, RestrictedError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.access.decisions import require
from mlops.events.chain import record
from mlops.events.circumstances import SYSTEM
from mlops.events.facts import INTO_BIN, OUT_OF_BIN, Change, sides
from mlops.formats.refusal import Refusal
from mlops.runs.family import family_of
from mlops.runs.models import FINAL_RUN_STATES, Run, RunKind, Tombstone
from mlops.runs.remains import mark, remove, remove_rows, size_of
from mlops.runs.usage import Use, users_of_many

MOST_NAMED = 5
BROKEN_OFF_AFTER = timedelta(minutes=5)
LIGHT = ("spec", "document", "shapes", "snapshot", "source", "asked")


class RunInUse(Refusal):
    """Carries every user, so that a face can link to each."""

    def __init__(self, run: Run, named: str, uses: list[Use]) -> None:
        super().__init__(
            "run_in_use",
            _("Run #%(number)d is in use by %(users)s.") % {"number": run.number, "users": named},
            hint=_("Remove these first, or archive the run instead: then it is out of the lists and stays whole."),
            status=409,
        )
        self.extra = {"users": msgspec.to_builtins(uses)}


def delete(actor: Any, run: Run, *, reason: str = "") -> int:
    """Into the recycle bin, with its child runs; how many runs that are. Twice is no fault.

    Raises Refusal `run_under_way`, `sweep_under_way` or `run_in_use`, which names the users."""
    require(actor, "runs.track", run.project)
    return delete_as(actor, run, reason=reason)


def delete_as(actor: Any, run: Run, *, reason: str) -> int:
    """`actor` None: the system, by a rule of the experiment's owner."""
    if run.deleted_at is not None:
        return 0
    family = family_of(run)
    with transaction.atomic():
        check_deletable(run, family)
        now = timezone.now()
        count = Run.objects.filter(pk__in=[one.pk for one in family], deleted_at=None).update(deleted_at=now)
        _tell(actor, run, "mlops.run.deleted", reason, INTO_BIN, runs=count)
    run.deleted_at = now
    return count


def restore(actor: Any, run: Run) -> int:
    """Out of the recycle bin, with the child runs that went into it with the run. Raises Refusal
    `experiment_deleted`, or `being_removed` where somebody removes it for good at this moment."""
    require(actor, "runs.track", run.project)
    if run.deleted_at is None:
        return 0
    if run.experiment.deleted_at is not None:
        raise Refusal(
            "experiment_deleted",
            _("The experiment “%(name)s” is in the recycle bin.") % {"name": run.experiment.name},
            hint=_("Restore the experiment first."),
            status=409,
        )
    ids = [one.pk for one in family_of(run)]
    with transaction.atomic():
        there = locked(Run.objects.filter(pk__in=ids))
        if run.pk not in there or Tombstone.objects.filter(pk=run.pk).exists():
            raise Refusal(
                "being_removed",
                _("Run #%(number)d is being removed for good.") % {"number": run.number},
                hint=_("It cannot be put back any more."),
                status=409,
            )
        count = restorable().filter(pk__in=there, deleted_at=run.deleted_at).update(deleted_at=None)
        _tell(actor, run, "mlops.run.restored", "", OUT_OF_BIN, runs=count)
    run.deleted_at = None
    return count


def purge(actor: Any, run: Run, *, confirmed: str, reason: str = "") -> None:
    """For good, with its child runs; only out of the recycle bin. `confirmed`: the run's number, typed again.

    Raises Refusal `run_not_in_bin`, `purge_unconfirmed`, `run_in_use` or those of `delete`."""
    require(actor, "bin.empty", run.project)
    if confirmed.strip().lstrip("#") != str(run.number):
        raise Refusal(
            "purge_unconfirmed",
            _("Deleting run #%(number)d for good is not confirmed.") % {"number": run.number},
            hint=_("Type its number, %(number)d. It cannot be undone.") % {"number": run.number},
        )
    carry_out_purge(actor, run, reason=reason)


def carry_out_purge(actor: Any, run: Run, *, reason: str) -> None:
    """`actor` None: the regular job that empties the recycle bin."""
    family = family_of(run)
    check_deletable(run, family)
    by = actor.get_username() if actor else SYSTEM
    with transaction.atomic():
        there = locked(Run.objects.filter(pk__in=[one.pk for one in family]))
        kept = next((one for one in family if there.get(one.pk) is None and (one.pk in there or one is run)), None)
        if kept is not None:
            raise Refusal(
                "run_not_in_bin",
                _("Run #%(number)d is not in the recycle bin.") % {"number": kept.number},
                hint=_("Delete it first; from there it can be deleted for good."),
                status=409,
            )
        for one in family:
            mark(one, by=by, reason=reason, freed_bytes=size_of(one))
    for one in sorted(family, key=lambda each: -each.depth):  # children first
        _finish(actor, one)


def finish_broken_off() -> None:
    """Removals that a lost process left half done."""
    before = timezone.now() - BROKEN_OFF_AFTER
    half = Run.objects.filter(pk__in=Tombstone.objects.filter(purged_at__lt=before).values("pk"))
    for run in half.select_related("project", "experiment").defer(*LIGHT).order_by("-created_at"):  # children first
        try:
            _finish(None, run)
        except (ProtectedError, RestrictedError) as error:
            logging.getLogger(__name__).warning("Run #%d is not removed yet: %s", run.number, error)


def _finish(actor: Any, run: Run) -> None:
    stone = Tombstone.objects.get(pk=run.pk)
    remove_rows(run)
    with transaction.atomic():
        if remove(run):
            _tell(actor, run, "mlops.run.purged", stone.reason, bytes=stone.freed_bytes)


def restorable() -> QuerySet[Run]:
    """Those of which nothing is being removed. Asked while their rows are held (`locked`)."""
    return Run.objects.exclude(pk__in=Tombstone.objects.values("pk"))


def locked(runs: QuerySet[Run]) -> dict[UUID, datetime | None]:
    """Those that are still there, with when each went into the bin: whoever restores or removes them holds them until
    the end of the transaction."""
    return dict(runs.select_for_update().order_by("pk").values_list("pk", "deleted_at"))


def in_bin(runs: QuerySet[Run]) -> QuerySet[Run]:
    """Those whose own outer run is not in the bin too, the last deleted first."""
    there = runs.filter(deleted_at__isnull=False).exclude(parent__deleted_at__isnull=False)
    return there.order_by("-deleted_at").defer(*LIGHT)


def check_deletable(run: Run, family: list[Run]) -> None:
    """Raises Refusal as `delete` does."""
    outer = run.parent
    if outer is not None and outer.kind == RunKind.SWEEP and outer.state not in FINAL_RUN_STATES:
        raise Refusal(
            "sweep_under_way",
            _("Run #%(number)d is a trial of the sweep #%(outer)d, which goes on.")
            % {"number": run.number, "outer": outer.number},
            hint=_("Wait for the sweep's end, or cancel the sweep."),
            status=409,
        )
    check_together(family)


def check_together(runs: list[Run]) -> None:
    """Of runs of one project that go into the recycle bin at once. Raises Refusal `run_under_way` or `run_in_use`."""
    for one in runs:
        if one.kind != RunKind.TRACKED and one.state not in FINAL_RUN_STATES:  # no worker of ours is at those
            raise Refusal(
                "run_under_way",
                _("Run #%(number)d is %(state)s.") % {"number": one.number, "state": one.get_state_display().lower()},
                hint=_("Cancel it or wait for its end, then delete it."),
                status=409,
            )
    uses = users_of_many(runs)
    if uses:
        named = "; ".join(use.title for _run, use in uses[:MOST_NAMED])
        more = len(uses) - MOST_NAMED
        if more > 0:
            named += " " + ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}
        raise RunInUse(uses[0][0], named, [use for _run, use in uses])


def _tell(actor: Any, run: Run, type: str, reason: str, change: Change | None = None, **more: Any) -> None:
    record(
        actor,
        type,
        subject=f"runs/{run.pk}",
        project=run.project,
        reason=reason,
        data={
            "run_id": str(run.pk),
            "number": run.number,
            "name": run.display_name,
            "experiment": run.experiment.name,
            **more,
        },
        notice=("run", str(run.pk)),
        **sides(change),
    )
