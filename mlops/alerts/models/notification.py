"""A notification: one alert on its way to one channel or person. It stays until it is sent, or says why it is not."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.alerts.models.alert import Alert
from mlops.alerts.models.channel import Channel


class Way(models.TextChoices):
    IN_APP = "in_app", _("in the inbox")
    EMAIL = "email", _("by e-mail")
    CHANNEL = "channel", _("by a channel")
    ACT = "act", _("by an action")


class NotificationState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Not sent")


class Notification(models.Model):
    """`what` is fired, repeated or resolved. `key` keeps two workers from writing the same one twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notifications")
    key = models.CharField(max_length=200, unique=True)
    what = models.CharField(max_length=10)
    way = models.CharField(max_length=10, choices=Way.choices)
    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    address = models.EmailField(blank=True)
    """Of mail to somebody whom the event itself names, such as a monitor's definition."""
    digest = models.CharField(max_length=120, blank=True)
    """Those with the same one leave together, as one summary."""
    state = models.CharField(max_length=10, choices=NotificationState.choices, default=NotificationState.WAITING)
    reason = models.TextField(blank=True)
    """Why it waits, failed or was not sent."""
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    """What the other side said last, its first bytes."""
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="notification_due"),
            models.Index(fields=["person", "way", "read_at"], name="notification_unread"),
        ]
