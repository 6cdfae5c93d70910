"""What a rule must be before it is kept: each fault named with its place."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext as _

from mlops.access.decisions import may
from mlops.access.models import Project
from mlops.alerts.actions import action
from mlops.alerts.metrics import metric
from mlops.alerts.models import Channel
from mlops.alerts.rules.reading import read_settings
from mlops.formats.alerting import RuleSettings, When
from mlops.formats.event_filter import read_filters
from mlops.formats.refusal import Refusal, Where, nearest

LONGEST_NAME = 120


def check(project: Project, settings: RuleSettings) -> None:
    """Raises Refusal `rule_invalid`, `metric_unknown`, `action_unknown`, and those of the action."""
    read_settings(msgspec.to_builtins(settings))
    if not settings.name.strip() or len(settings.name) > LONGEST_NAME:
        raise _wrong("name", _("A rule needs a name of at most %d characters.") % LONGEST_NAME)
    _check_when(settings.when)
    if settings.runbook and not settings.runbook.startswith(("https://", "http://")):
        raise _wrong("runbook", _("A runbook is a web address."), _("Such as https://wiki.example.org/churn."))
    if settings.action is not None:
        known = action(settings.action.kind)
        for field in known.fields:
            if field.is_required and not settings.action.options.get(field.name):
                message = _("The action “%(action)s” needs “%(field)s”.")
                raise _wrong(f"action.{field.name}", message % {"action": known.title, "field": field.label})
        if known.check is not None:
            known.check(project, settings.action.options)


def owner_named(project: Project, name: str, actor: Any) -> Any:
    """Who makes the rule, unless somebody else is named who may read the project."""
    if not name or name == actor.get_username():
        return actor
    found = User.objects.filter(username__iexact=name, is_active=True).first()
    if found is None or not may(found, "read", project):
        message = _("“%s” is nobody in this project.") % name
        raise _wrong("owner", message, _("Name a person of the project."))
    return found


def channels_named(project: Project, names: tuple[str, ...]) -> list[Channel]:
    """Of the project, else of the server. Raises Refusal `channel_unknown` with the nearest name."""
    usable = Channel.objects.filter(Q(project=project) | Q(project=None, person=None))
    known = {one.name: one for one in usable.order_by("-project_id")}
    known |= {one.name: one for one in usable if one.project_id}
    for name in names:
        if name not in known:
            listed = _("There are: %s.") % ", ".join(sorted(known)) if known else _("Make one under “Channels”.")
            message = _("There is no channel “%s” that this project may use.") % name
            where = Where(parameter="tell.channels", value=name)
            raise Refusal("channel_unknown", message, hint=nearest(name, known) or listed, where=where)
    return [known[name] for name in dict.fromkeys(names)]


def _check_when(when: When) -> None:
    if bool(when.events) == bool(when.metric):
        hint = _("Give `events` (such as mlops.run.failed) or `metric` with `threshold`.")
        raise _wrong("when", _("A rule looks at events or at one metric."), hint)
    if when.metric:
        metric(when.metric)
        if when.threshold is None:
            raise _wrong("when.threshold", _("Say which limit the metric must not pass."))
        for name, given in (("filters", when.filters), ("clears", when.clears), ("group_by", when.group_by)):
            if given:
                raise _wrong(f"when.{name}", _("“%s” goes with events, not with a metric.") % name)
        return
    read_filters(when.filters)
    for pattern in (*when.events, *when.clears):
        if not pattern.startswith("mlops.") and pattern != "*":
            hint = _("Such as mlops.run.failed or mlops.monitor.*.")
            raise _wrong("when.events", _("“%s” is no type of event.") % pattern, hint)
    if when.threshold is not None:
        hint = _("Use a filter such as {key: data.magnitude, operator: NumberGreaterThan, value: 0.3}.")
        raise _wrong("when.threshold", _("A threshold goes with a metric, not with events."), hint)


def _wrong(name: str, message: str, hint: str = "") -> Refusal:
    return Refusal("rule_invalid", message, hint=hint or _("Correct it and try again."), where=Where(parameter=name))
