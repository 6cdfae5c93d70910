"""How a sweep ends: with the outputs of its best trial, or with the reason why there is none."""

from __future__ import annotations

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.execution.sweeps.trials import JOB
from mlops.formats.refusal import nearest
from mlops.formats.step import StepError
from mlops.formats.sweep import SweepPlan
from mlops.runs.logging import Point, forget_metrics, log_metrics
from mlops.runs.models import LatestMetric, Step, Trial
from mlops.runs.moves import move_step


def conclude(step: Step, plan: SweepPlan, trials: list[Trial], over: str) -> bool:
    """Whether this caller ended it; all its trials have ended. `over`: why before its number of trials."""
    chosen = next((one for one in trials if one.is_best), None)
    if chosen is None:
        return _fail(step, _error(plan, trials, over))
    made = Step.objects.get(run=chosen.run_id, node=JOB)
    metric = plan.objective.primary_metric
    reason = ngettext("%(count)d trial", "%(count)d trials", len(trials)) % {"count": len(trials)}
    best = _("; the best, trial %(number)d, has %(metric)s %(score).6g.")
    reason += best % {"number": chosen.number, "metric": metric, "score": chosen.score}
    early = sum(one.stopped_early for one in trials)
    if early:
        reason += " " + ngettext("%(count)d was stopped early.", "%(count)d were stopped early.", early) % {
            "count": early
        }
    if over:
        reason += f" {over}"
    with transaction.atomic():
        moved = move_step(
            step,
            expected=("running",),
            to="completed",
            reason=reason,
            outputs=made.outputs,
            progress=1.0,
            ended_at=timezone.now(),
        )
        if moved and chosen.score is not None:
            forget_metrics(step.run, node=step.node)
            log_metrics(step.run, [Point(metric, chosen.score)], node=step.node)
    return moved


def _fail(step: Step, error: StepError) -> bool:
    return move_step(
        step,
        expected=("running",),
        to="failed",
        reason=error.message,
        error=msgspec.to_builtins(error),
        ended_at=timezone.now(),
    )


def _error(plan: SweepPlan, trials: list[Trial], over: str) -> StepError:
    completed = [one for one in trials if one.run.state == "completed"]
    metric = plan.objective.primary_metric
    if completed:
        logged = LatestMetric.objects.filter(run__in=[one.run_id for one in completed])
        names = sorted(set(logged.values_list("key", flat=True)))
        hint = nearest(metric, names) or (
            _("They logged: %(names)s.") % {"names": ", ".join(names[:10])} if names else ""
        )
        return StepError(
            code="metric_missing",
            message=_("No trial logged the primary metric “%(metric)s”.") % {"metric": metric},
            hint=hint or _("Log it in the trial: mlflow.log_metric(“%(metric)s”, value).") % {"metric": metric},
        )
    failed = next((one for one in trials if one.run.state == "failed"), None)
    if failed is not None:
        count = sum(one.run.state == "failed" for one in trials)
        told = ngettext("%(count)d trial failed", "%(count)d trials failed", count) % {"count": count}
        return StepError(
            code="trials_failed",
            message=_("%(told)s and none completed. Trial %(number)d: %(reason)s")
            % {"told": told, "number": failed.number, "reason": failed.run.reason},
            hint=_("Open that trial: its log shows what it said."),
        )
    return StepError(
        code="trials_stopped",
        message=over or _("Every trial was stopped before it had completed."),
        hint=_("Allow the sweep more time, or stop fewer trials early."),
    )
