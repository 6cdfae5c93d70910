"""The tables of this package, one noun a file."""

from mlops.alerts.models.alert import Alert, AlertEntry, AlertState
from mlops.alerts.models.channel import Channel
from mlops.alerts.models.mute import Mute
from mlops.alerts.models.notification import Notification, NotificationState, Way
from mlops.alerts.models.place import ReadingPlace
from mlops.alerts.models.preference import Digest, Preference
from mlops.alerts.models.rule import Audience, Rule, Severity, Source

__all__ = [
    "Alert", "AlertEntry", "AlertState", "Audience", "Channel", "Digest", "Mute", "Notification", "NotificationState",
    "Preference", "ReadingPlace", "Rule", "Severity", "Source", "Way",
]  # fmt: skip
