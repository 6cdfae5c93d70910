"""A rule as it is written down, and as the row that keeps it."""

from __future__ import annotations

from typing import Any

from mlops.alerts.models import Rule, Source
from mlops.formats.alerting import Act, RuleSettings, Tell, When, duration_of, seconds_of


def fill(rule: Rule, settings: RuleSettings) -> Rule:
    """The columns of the settings, without owner and channels, which are rows of their own. Raises Refusal
    `duration_invalid`."""
    when, action = settings.when, settings.action
    rule.name, rule.is_enabled = settings.name.strip(), settings.enabled
    rule.source = Source.METRIC if when.metric else Source.EVENT
    rule.types, rule.clear_types = list(when.events), list(when.clears)
    rule.subject, rule.group_by = when.subject.strip(), when.group_by.strip()
    rule.filters = [dict(one) for one in when.filters]
    rule.metric, rule.aggregation = when.metric, when.by
    rule.comparison, rule.threshold = when.is_ if when.metric else "", when.threshold
    rule.window_seconds = seconds_of(when.over, name="when.over")
    rule.for_seconds = seconds_of(when.for_, name="when.for")
    rule.severity, rule.note, rule.runbook = settings.severity, settings.note.strip(), settings.runbook.strip()
    rule.audience, rule.tells_resolved = settings.tell.people, settings.tell.resolved
    rule.repeat_seconds = seconds_of(settings.repeat, name="repeat")
    rule.resolve_seconds = seconds_of(settings.resolve_after, name="resolve_after")
    rule.act, rule.act_options = (action.kind, dict(action.options)) if action else ("", {})
    return rule


def settings_of(rule: Rule) -> RuleSettings:
    """What has to be written down to get this rule again."""
    more: dict[str, Any]
    if rule.source == Source.METRIC:
        more = {"is_": rule.comparison, "by": rule.aggregation}
        when = When(
            metric=rule.metric, subject=rule.subject, threshold=rule.threshold, over=duration_of(rule.window_seconds),
            for_=_usual(rule.for_seconds), **more,
        )  # fmt: skip
    else:
        when = When(
            events=tuple(rule.types), subject=rule.subject, filters=tuple(rule.filters), group_by=rule.group_by,
            clears=tuple(rule.clear_types), for_=_usual(rule.for_seconds),
        )  # fmt: skip
    more = {"severity": rule.severity}
    channels = tuple(rule.channels.values_list("name", flat=True)) if rule.pk and not rule._state.adding else ()
    return RuleSettings(
        name=rule.name,
        when=when,
        tell=Tell(people=rule.audience, channels=channels, resolved=rule.tells_resolved),  # type: ignore[arg-type]
        action=Act(kind=rule.act, options=rule.act_options) if rule.act else None,
        repeat=_usual(rule.repeat_seconds),
        resolve_after=_usual(rule.resolve_seconds),
        note=rule.note,
        runbook=rule.runbook,
        owner=rule.owner.get_username() if rule.owner else "",
        enabled=rule.is_enabled,
        **more,
    )


def _usual(seconds: int) -> int | str:
    return duration_of(seconds) if seconds else 0
