"""Events of subscriptions, rules, channels and alerts."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, Time, said


class SubscriptionOf(Data, kw_only=True):
    name: str
    host: Annotated[str, said("Where it delivers to; the path may hold a secret and is not told.")]
    changed: Annotated[list[str], said("The names of what changed.")] = []


class Replayed(Data, kw_only=True):
    name: str
    host: str
    count: Annotated[int, said("How many deliveries are sent once more.")]


class NetworkOf(Data, kw_only=True):
    network: Annotated[str, said("A host, an address or a network.")]


class RuleOf(Data, kw_only=True):
    name: str
    source: Annotated[str, said("`event` or `metric`.")] = ""
    severity: Annotated[str, said("`info`, `warning` or `critical`.")] = ""
    enabled: Annotated[bool, said("Where it was switched.")] = True


class ChannelOf(Data, kw_only=True):
    name: str
    kind: str
    personal: Annotated[bool, said("Whether it is one person's own.")]
    enabled: Annotated[bool, said("Where it was switched.")] = True
    ok: Annotated[bool, said("Whether a test message was taken.")] = True


class AlertOf(Data, kw_only=True):
    rule: str
    alert_id: str
    about: Annotated[str, said("The subject that the alert is about.")]
    severity: Annotated[str, said("`info`, `warning` or `critical`.")]
    title: str
    value: float | None = None


class AcknowledgedAlert(Data, kw_only=True):
    rule: str
    alert_id: str
    about: Annotated[str, said("The subject that the alert is about.")]
    severity: Annotated[str, said("`info`, `warning` or `critical`.")]


class MuteOf(Data, kw_only=True):
    rule: Annotated[str | None, said("The rule's name; null: all.")]
    about: Annotated[str, said("A pattern of subjects; empty: all.")]
    personal: Annotated[bool, said("Whether it is for one person alone.")]
    begins_at: Time
    until: Time


RULE, CHANNEL = "alert-rules/{name}", "channels/{name}"
SUBSCRIPTION, NETWORK, ALERT = "subscriptions/{id}", "networks/{name}", "alerts/{id}"
MUTE = "mutes/{id}"

TYPES = (
    EventType("mlops.subscription.created", "Subscription created", "Somebody wants events delivered.", SUBSCRIPTION,
              SubscriptionOf),
    EventType("mlops.subscription.updated", "Subscription updated", "What is delivered, or where to, changes.",
              SUBSCRIPTION, SubscriptionOf),
    EventType("mlops.subscription.paused", "Subscription paused", "Events wait until it is resumed.", SUBSCRIPTION,
              SubscriptionOf),
    EventType("mlops.subscription.resumed", "Subscription resumed", "Events are delivered again.", SUBSCRIPTION,
              SubscriptionOf),
    EventType("mlops.subscription.disabled", "Subscription disabled", "Its receiver says that it is gone (410).",
              SUBSCRIPTION, SubscriptionOf),
    EventType("mlops.subscription.failing", "Subscription failing", "Its receiver does not take events.", SUBSCRIPTION,
              SubscriptionOf),
    EventType("mlops.subscription.recovered", "Subscription recovered", "Its receiver takes events again.",
              SUBSCRIPTION, SubscriptionOf),
    EventType("mlops.subscription.secret_rotated", "Secret rotated", "Its signatures get a new secret.", SUBSCRIPTION,
              SubscriptionOf),
    EventType("mlops.subscription.replayed", "Deliveries replayed", "Events are delivered once more.", SUBSCRIPTION,
              Replayed),
    EventType("mlops.subscription.tested", "Test sent", "Somebody sends an event to try it out.", SUBSCRIPTION,
              SubscriptionOf),
    EventType("mlops.subscription.deleted", "Subscription deleted", "A subscription is deleted.", SUBSCRIPTION,
              SubscriptionOf),
    EventType("mlops.network.allowed", "Network allowed", "An administrator lets alerts reach a private network.",
              NETWORK, NetworkOf),
    EventType("mlops.network.forbidden", "Network forbidden", "Alerts may reach it no more.", NETWORK, NetworkOf),
    EventType("mlops.alert_rule.created", "Rule created", "A rule for alerts is made.", RULE, RuleOf),
    EventType("mlops.alert_rule.updated", "Rule updated", "A rule's settings change.", RULE, RuleOf),
    EventType("mlops.alert_rule.deleted", "Rule deleted", "A rule is deleted.", RULE, RuleOf),
    EventType("mlops.channel.created", "Channel created", "A way of telling people is set up.", CHANNEL, ChannelOf),
    EventType("mlops.channel.updated", "Channel updated", "A channel's settings change.", CHANNEL, ChannelOf),
    EventType("mlops.channel.tested", "Channel tested", "Somebody sends a test message.", CHANNEL, ChannelOf),
    EventType("mlops.channel.deleted", "Channel deleted", "A channel is deleted.", CHANNEL, ChannelOf),
    EventType("mlops.alert.fired", "Alert fired", "A rule holds for as long as it says.", ALERT, AlertOf),
    EventType("mlops.alert.resolved", "Alert resolved", "What an alert was about is over.", ALERT, AlertOf),
    EventType("mlops.alert.acknowledged", "Alert acknowledged", "Somebody looks after it.", ALERT, AcknowledgedAlert),
    EventType("mlops.mute.created", "Mute created", "Nobody is told for a while.", MUTE, MuteOf),
    EventType("mlops.mute.ended", "Mute ended", "A mute is ended before its time.", MUTE, MuteOf),
)  # fmt: skip
