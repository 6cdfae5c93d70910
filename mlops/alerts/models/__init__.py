"""The tables of this package, one noun a file."""

from mlops.alerts.models.alert import Alert, AlertEntry, AlertState
from mlops.alerts.models.channel import Channel
from mlops.alerts.models.delivery import OPEN_DELIVERIES, Delivery, DeliveryAttempt, DeliveryState
from mlops.alerts.models.mute import Mute
from mlops.alerts.models.network import AllowedNetwork
from mlops.alerts.models.notification import Notification, NotificationState, Way
from mlops.alerts.models.place import ReadingPlace
from mlops.alerts.models.preference import Digest, Preference
from mlops.alerts.models.rule import Audience, Rule, Severity, Source
from mlops.alerts.models.subscription import Envelope, Handshake, Subscription, SubscriptionState

__all__ = [
    "OPEN_DELIVERIES",
    "Alert",
    "AlertEntry",
    "AlertState",
    "AllowedNetwork",
    "Audience",
    "Channel",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryState",
    "Digest",
    "Envelope",
    "Handshake",
    "Mute",
    "Notification",
    "NotificationState",
    "Preference",
    "ReadingPlace",
    "Rule",
    "Severity",
    "Source",
    "Subscription",
    "SubscriptionState",
    "Way",
]
