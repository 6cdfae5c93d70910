"""Making, changing and deleting rules."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.alerts.models import Alert, Rule
from mlops.alerts.models.alert import OPEN
from mlops.alerts.rules.checking import channels_named, check, owner_named
from mlops.alerts.rules.raising import resolve
from mlops.alerts.rules.shaping import fill
from mlops.events.chain import record
from mlops.events.facts import Change, gone, sides, stored
from mlops.formats.alerting import RuleSettings
from mlops.formats.refusal import Refusal, Where


def create_rule(actor: Any, project: Project, settings: RuleSettings, *, recipe: str = "") -> Rule:
    """Contributors. Raises Refusal: those of `checking`, `name_taken`."""
    require(actor, "alerts.change", project)
    rule = Rule(project=project, recipe=recipe, created_by=actor)
    _write(actor, rule, settings, "mlops.alert_rule.created")
    return rule


def update_rule(actor: Any, rule: Rule, settings: RuleSettings) -> Rule:
    """What it raised stays open; the next look judges by what is written now."""
    require(actor, "alerts.change", rule.project)
    rule.next_look_at = None
    rule.trouble, rule.trouble_since = "", None
    _write(actor, rule, settings, "mlops.alert_rule.updated", was=stored(rule))
    return rule


def enable_rule(actor: Any, rule: Rule, *, is_enabled: bool) -> None:
    """Switching it off ends what it raised: nobody looks any more whether it goes on."""
    require(actor, "alerts.change", rule.project)
    with transaction.atomic():
        was = stored(rule)
        changed = Rule.objects.filter(pk=rule.pk).exclude(is_enabled=is_enabled).update(is_enabled=is_enabled)
        rule.is_enabled = is_enabled
        if not changed:
            return
        if not is_enabled:
            _end_all(actor, rule, f"The rule was switched off by {actor.get_username()}.")
        _record(actor, rule, "mlops.alert_rule.updated", {"enabled": is_enabled}, (was, stored(rule)))


def delete_rule(actor: Any, rule: Rule) -> None:
    """Its alerts are kept in the history."""
    require(actor, "alerts.change", rule.project)
    with transaction.atomic():
        _end_all(actor, rule, f"The rule was deleted by {actor.get_username()}.")
        _record(actor, rule, "mlops.alert_rule.deleted", {}, gone(rule))
        rule.delete()


def _write(actor: Any, rule: Rule, settings: RuleSettings, event: str, *, was: dict[str, Any] | None = None) -> None:
    check(rule.project, settings)
    channels = channels_named(rule.project, settings.tell.channels)
    rule.owner = owner_named(rule.project, settings.owner, actor)
    _stay_own(actor, rule, settings)
    fill(rule, settings)
    with transaction.atomic():
        same = Rule.objects.filter(project=rule.project, name=rule.name).exclude(pk=rule.pk)
        if same.exists():
            message = _("There is already a rule “%s” in this project.") % rule.name
            hint, where = _("Choose another name."), Where(parameter="name", value=rule.name)
            raise Refusal("name_taken", message, hint=hint, status=409, where=where)
        rule.save()
        rule.channels.set(channels)
        data, change = {"source": rule.source, "severity": rule.severity}, None if was is None else (was, stored(rule))
        _record(actor, rule, event, data, change)


def _stay_own(actor: Any, rule: Rule, settings: RuleSettings) -> None:
    """An action works with the owner's permissions, so nobody lends themselves somebody else's."""
    if settings.action is not None and rule.owner is not None and rule.owner != actor:
        message = _("The action would work with the permissions of %s.") % rule.owner.get_username()
        hint = _("A rule with an action belongs to whoever saves it: leave the owner out.")
        raise Refusal("owner_not_you", message, hint=hint, status=403, where=Where(parameter="owner"))


def _end_all(actor: Any, rule: Rule, why: str) -> None:
    now = timezone.now()
    for alert in Alert.objects.filter(rule=rule, state__in=OPEN).select_related("rule", "project"):
        resolve(alert, why, now, person=actor)


def _record(actor: Any, rule: Rule, type: str, data: dict[str, Any], change: Change | None = None) -> None:
    subject, notice = f"alert-rules/{rule.name}", ("alert-rule", str(rule.pk))
    record(
        actor,
        type,
        subject=subject,
        project=rule.project,
        data={"name": rule.name, **data},
        notice=notice,
        **sides(change),
    )
