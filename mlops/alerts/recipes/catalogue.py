"""The recipes. A key stays: rules remember from which one they were made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from mlops.alerts.actions import ACTIONS
from mlops.alerts.metrics import METRICS
from mlops.formats.alerting import Act, RuleSettings, Tell, When

DAY = "1d"
BY_SIGNAL = "subject, data.signal"
"""One alert for each signal of each monitor: the end of one is not the end of another."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    key: str
    help: Any
    settings: RuleSettings
    is_default: bool = False
    """Every new project has it."""

    @property
    def is_usable(self) -> bool:
        """Its metric and its action are registered in this installation."""
        when, action = self.settings.when, self.settings.action
        return (not when.metric or when.metric in METRICS) and (action is None or action.kind in ACTIONS)


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        key="deployment-unhealthy",
        help=_("A deployment fails or stops answering. It ends when the deployment is healthy again."),
        is_default=True,
        settings=RuleSettings(
            name=gettext_noop("Deployment unhealthy"),
            when=When(
                events=("mlops.deployment.failed", "mlops.deployment.unhealthy"),
                clears=("mlops.deployment.healthy", "mlops.deployment.recovered", "mlops.deployment.deleted"),
            ),
            severity="critical",
            repeat="4h",
            note=gettext_noop(
                "Open the deployment: its page says what failed, with the log beside it. Rolling back is one click."
            ),
        ),
    ),
    Recipe(
        key="run-failed",
        help=_("A run fails; whoever started it is told."),
        is_default=True,
        settings=RuleSettings(
            name=gettext_noop("Run failed"),
            when=When(events=("mlops.run.failed",)),
            tell=Tell(people="author", resolved=False),
            resolve_after=DAY,
            note=gettext_noop(
                "Open the run: the failed step shows its error and its log. A clone starts from where it failed."
            ),
        ),
    ),
    Recipe(
        key="drift-detected",
        help=_("A monitor finds drift. It ends when a later look finds none."),
        is_default=True,
        settings=RuleSettings(
            name=gettext_noop("Drift detected"),
            when=When(
                events=("mlops.monitor.drift_detected",), clears=("mlops.monitor.drift_cleared",), group_by=BY_SIGNAL
            ),
            repeat=DAY,
            note=gettext_noop(
                "Open the monitor: it ranks the features by what they contribute. Retraining on newer data may help."
            ),
        ),
    ),
    Recipe(
        key="monitor-alarm",
        help=_("A monitor finds that quality, performance or a signal of your own is past its limit."),
        is_default=True,
        settings=RuleSettings(
            name=gettext_noop("Monitor alarm"),
            when=When(
                events=("mlops.monitor.alarm_raised",), clears=("mlops.monitor.alarm_cleared",), group_by=BY_SIGNAL
            ),
            repeat=DAY,
        ),
    ),
    Recipe(
        key="monitor-failed",
        help=_("A monitor could not look, so that nothing is known."),
        is_default=True,
        settings=RuleSettings(
            name=gettext_noop("Monitor could not look"),
            when=When(events=("mlops.monitor.run_failed",), clears=("mlops.monitor.run_completed",)),
            tell=Tell(people="contributors"),
        ),
    ),
    Recipe(
        key="retraining-decided",
        help=_("A retraining was turned away, failed, or waits for approval."),
        is_default=True,
        settings=RuleSettings(
            name=gettext_noop("Retraining"),
            when=When(
                events=(
                    "mlops.retraining.rejected",
                    "mlops.retraining.failed",
                    "mlops.retraining.approval_wanted",
                )
            ),
            tell=Tell(people="contributors", resolved=False),
            resolve_after=DAY,
        ),
    ),
    Recipe(
        key="person-left",
        help=_("The account of somebody with a role here is deactivated; schedules and retraining of theirs stop."),
        is_default=True,
        settings=RuleSettings(
            name=gettext_noop("Person left"),
            when=When(events=("mlops.project.person_left",)),
            tell=Tell(people="owners", resolved=False),
            severity="warning",
            resolve_after=DAY,
            note=gettext_noop(
                "See which schedules and retraining policies are disabled. Who enables one lets it run in their name."
            ),
        ),
    ),
    Recipe(
        key="model-approval",
        help=_("Somebody wants to move a stage or an alias that others must agree to."),
        is_default=True,
        settings=RuleSettings(
            name=gettext_noop("Model waits for approval"),
            when=When(
                events=("mlops.model.change_asked",),
                clears=(
                    "mlops.model.staged",
                    "mlops.model.alias_set",
                    "mlops.model.change_rejected",
                    "mlops.model.change_withdrawn",
                    "mlops.model.change_expired",
                ),
            ),
            severity="info",
            tell=Tell(people="owners", resolved=False),
            note=gettext_noop("Open the model's requests: approve or reject there, with a reason."),
        ),
    ),
    Recipe(
        key="retraining-promoted",
        help=_("A retrained model replaced the old one."),
        is_default=True,
        settings=RuleSettings(
            name=gettext_noop("Model replaced"),
            when=When(events=("mlops.retraining.promoted",)),
            severity="info",
            tell=Tell(people="contributors", resolved=False),
            resolve_after=DAY,
        ),
    ),
    Recipe(
        key="errors",
        help=_("More than 5 % of a deployment's answers are errors for five minutes."),
        is_default=True,
        settings=RuleSettings(
            name=gettext_noop("Many errors"),
            when=When(metric="error_share", threshold=0.05, for_="5m", over="5m"),
            severity="critical",
            resolve_after="5m",
            repeat="4h",
        ),
    ),
    Recipe(
        key="run-completed",
        help=_("A run completes; whoever started it is told, by mail if their preferences say so."),
        settings=RuleSettings(
            name=gettext_noop("Run completed"),
            when=When(events=("mlops.run.completed",)),
            severity="info",
            tell=Tell(people="author", resolved=False),
            resolve_after="1h",
        ),
    ),
    Recipe(
        key="message-on-failure",
        help=_("Any failure in the project, told to a channel such as Slack or Teams: choose it below."),
        settings=RuleSettings(
            name=gettext_noop("Message on failure"),
            when=When(events=("mlops.*.failed", "mlops.*_failed")),
            tell=Tell(people="nobody", resolved=False),
            resolve_after=DAY,
        ),
    ),
    Recipe(
        key="retrain-on-drift",
        help=_("A monitor finds drift, and a retraining policy starts."),
        settings=RuleSettings(
            name=gettext_noop("Retrain on drift"),
            when=When(events=("mlops.monitor.drift_detected",), clears=("mlops.monitor.drift_cleared",)),
            action=Act(kind="retrain"),
        ),
    ),
    Recipe(
        key="deploy-on-registration",
        help=_("A model version with a certain tag is registered, and a deployment takes it."),
        settings=RuleSettings(
            name=gettext_noop("Deploy tagged models"),
            when=When(
                events=("mlops.model.registered", "mlops.model.tagged"),
                filters=({"key": "data.tags.stage", "operator": "StringIn", "values": ["production"]},),
            ),
            severity="info",
            tell=Tell(people="contributors", resolved=False),
            resolve_after="1h",
            action=Act(kind="deploy"),
        ),
    ),
    Recipe(
        key="slow-answers",
        help=_("The slowest 5 % of answers take longer than half a second for five minutes."),
        settings=RuleSettings(
            name=gettext_noop("Slow answers"),
            when=When(metric="latency_p95", threshold=0.5, for_="5m", over="5m"),
            resolve_after="5m",
        ),
    ),
    Recipe(
        key="steps-waiting",
        help=_("Steps of runs wait for a free place, more than twenty for ten minutes."),
        settings=RuleSettings(
            name=gettext_noop("Steps are waiting"),
            when=When(metric="steps_waiting", threshold=20, for_="10m"),
            tell=Tell(people="owners"),
            resolve_after="5m",
        ),
    ),
    Recipe(
        key="disk-nearly-full",
        help=_("Less than a tenth of the server's disk is free."),
        settings=RuleSettings(
            name=gettext_noop("Disk nearly full"),
            when=When(metric="disk_free", threshold=0.1, is_="below"),
            severity="critical",
            tell=Tell(people="owners"),
            repeat=DAY,
            resolve_after="10m",
        ),
    ),
)


def recipe(key: str) -> Recipe | None:
    return next((one for one in RECIPES if one.key == key), None)
