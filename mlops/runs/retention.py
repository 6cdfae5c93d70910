"""Rules by which runs of an experiment go into the recycle bin by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.access.decisions import require
from mlops.events.chain import record
from mlops.events.facts import stored
from mlops.formats.refusal import Refusal, Where
from mlops.runs.deletion import LIGHT, check_deletable, delete_as
from mlops.runs.family import family_of
from mlops.runs.models import FINAL_RUN_STATES, Experiment, LatestMetric, RetentionRule, Run
from mlops.runs.remains import size_of
from mlops.runs.searching import RUNS
from mlops.tags.filters import understand
from mlops.tags.searching.found import as_node, narrowed

RUNS_A_LOOK = 500


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule would delete now. `kept`: runs that are old enough but in use, with the reason."""

    runs: tuple[Run, ...]
    bytes: int
    kept: tuple[tuple[Run, str], ...]


def set_rule(
    actor: Any,
    experiment: Experiment,
    *,
    older_than_days: int,
    keep_best: int = 0,
    metric: str = "",
    is_larger_better: bool = True,
    keep_tagged: str = "",
    is_on: bool = True,
) -> RetentionRule:
    """Raises Refusal `retention_invalid`."""
    require(actor, "rules.manage", experiment.project)
    if older_than_days < 1:
        raise _invalid(_("Runs can be deleted one day after their end at the earliest."), "older_than_days")
    if keep_best and not metric:
        raise _invalid(_("The best runs are found by a metric, and none is named."), "metric")
    if keep_tagged:
        understand(keep_tagged, parameter="keep_tagged")
    fields = {
        "older_than_days": older_than_days,
        "keep_best": keep_best,
        "metric": metric,
        "is_larger_better": is_larger_better,
        "keep_tagged": keep_tagged,
        "is_on": is_on,
    }
    with transaction.atomic():
        kept = RetentionRule.objects.filter(experiment=experiment).first()
        was = stored(kept) if kept else {}
        rule = RetentionRule.objects.update_or_create(experiment=experiment, defaults=fields | {"changed_by": actor})[0]
        _record(actor, experiment, "mlops.experiment.retention_set", fields, (was, stored(rule)))
    return rule


def drop_rule(actor: Any, experiment: Experiment) -> None:
    require(actor, "rules.manage", experiment.project)
    with transaction.atomic():
        if RetentionRule.objects.filter(experiment=experiment).delete()[0]:
            _record(actor, experiment, "mlops.experiment.retention_dropped", {})


def found_by(rule: RetentionRule) -> Found:
    """A dry run: nothing is changed."""
    going, kept, size = [], [], 0
    for run in _candidates(rule):
        family = family_of(run)
        try:
            check_deletable(run, family)
        except Refusal as refusal:
            kept.append((run, refusal.message))
            continue
        going.append(run)
        size += sum(size_of(one) for one in family)
    return Found(runs=tuple(going), bytes=size, kept=tuple(kept))


def apply_rules() -> None:
    """Each rule that is on, each run by itself: one that is in use stays, and is looked at again next time."""
    for rule in RetentionRule.objects.filter(is_on=True).select_related("experiment__project"):
        reason = ngettext(
            "Older than %(count)d day, by the experiment's rule.",
            "Older than %(count)d days, by the experiment's rule.",
            rule.older_than_days,
        ) % {"count": rule.older_than_days}
        for run in _candidates(rule):
            try:
                delete_as(None, run, reason=reason)
            except Refusal:
                continue


def _candidates(rule: RetentionRule) -> list[Run]:
    before = timezone.now() - timedelta(days=rule.older_than_days)
    runs = Run.objects.filter(
        experiment=rule.experiment, parent=None, deleted_at=None, state__in=FINAL_RUN_STATES, ended_at__lt=before
    )
    if rule.keep_tagged:
        marked = as_node(understand(rule.keep_tagged))
        runs = runs.exclude(pk__in=narrowed(Run.objects.filter(experiment=rule.experiment), marked, RUNS))
    if rule.keep_best and rule.metric:
        best = LatestMetric.objects.filter(
            run__experiment=rule.experiment, run__deleted_at=None, key=rule.metric, value__isnull=False
        ).order_by("-value" if rule.is_larger_better else "value", "run__number")
        runs = runs.exclude(pk__in=list(best.values_list("run", flat=True)[: rule.keep_best]))
    known = runs.select_related("project", "experiment", "created_by", "parent").defer(*LIGHT)
    return list(known.order_by("ended_at")[:RUNS_A_LOOK])


def _record(
    actor: Any,
    experiment: Experiment,
    type: str,
    facts: dict[str, Any],
    change: tuple[dict[str, Any], dict[str, Any]] | None = None,
) -> None:
    was, now_is = change or (None, None)
    record(
        actor,
        type,
        subject=f"experiments/{experiment.pk}",
        project=experiment.project,
        data={"experiment": experiment.name, "experiment_id": str(experiment.pk), **facts},
        before=was,
        after=now_is,
    )


def _invalid(message: str, field: str) -> Refusal:
    return Refusal("retention_invalid", message, where=Where(parameter=field))
