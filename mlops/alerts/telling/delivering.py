"""One attempt to hand over a message, by whichever way it goes."""

from __future__ import annotations

from django.utils import translation

from mlops.access.language import language_of
from mlops.alerts.actions import action
from mlops.alerts.channels.email import send_mail
from mlops.alerts.channels.kind import Sent
from mlops.alerts.channels.kinds import kind
from mlops.alerts.channels.secrets import options_of
from mlops.alerts.models import Alert, Channel, Notification, Way
from mlops.alerts.telling.composing import UTC, compose, compose_digest
from mlops.alerts.telling.message import Message
from mlops.alerts.telling.preferences import preference_of
from mlops.alerts.telling.timing import zone_of
from mlops.alerts.telling.unsubscribing import unsubscribe_link
from mlops.formats.refusal import Refusal


def deliver(notifications: list[Notification]) -> Sent:
    """Those of one summary, or a single one. Never raises."""
    first = notifications[0]
    if first.way == Way.ACT:
        return act(first.alert)
    with translation.override((language_of(first.person) if first.person else "") or "en"):
        message = _message(notifications)
        if first.channel is not None:
            return send_by(first.channel, message)
        return send_mail([first.address or preference_of(first.person).email], message)


def send_by(channel: Channel, message: Message) -> Sent:
    try:
        return kind(channel.kind).send(options_of(channel), message)
    except Refusal as refusal:
        return Sent(is_ok=False, text=f"{refusal.message} {refusal.hint}".strip(), is_final=refusal.status < 500)


def act(alert: Alert) -> Sent:
    """For the rule's owner, with what the owner may do at this moment."""
    rule = alert.rule
    if rule is None or not rule.act:
        return Sent(is_ok=False, text="The rule has no action any more.", is_final=True)
    if rule.owner is None or not rule.owner.is_active:
        return Sent(is_ok=False, text="The rule has no owner to act for. Save it anew.", is_final=True)
    try:
        return Sent(is_ok=True, text=action(rule.act).run(rule.owner, alert, rule.act_options))
    except Refusal as refusal:
        return Sent(is_ok=False, text=f"{refusal.message} {refusal.hint}".strip(), is_final=refusal.status < 500)
    except Exception as error:  # an action of another package: any class
        return Sent(is_ok=False, text=f"{type(error).__name__}: {error}")


def _message(notifications: list[Notification]) -> Message:
    first = notifications[0]
    zone = zone_of(preference_of(first.person)) if first.person else UTC
    unsubscribe = unsubscribe_link(first.person) if first.person and first.way == Way.EMAIL else ""
    if first.digest:
        return compose_digest(notifications, id=first.digest, zone=zone, unsubscribe=unsubscribe)
    return compose(first.alert, first.what, id=str(first.pk), zone=zone, unsubscribe=unsubscribe)
