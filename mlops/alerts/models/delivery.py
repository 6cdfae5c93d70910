"""A delivery: one event on its way to one receiver; and its attempts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mlops.alerts.models.subscription import Subscription
from mlops.events.models import Event


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Sending")
    DELIVERED = "delivered", _("Delivered")
    DEAD = "dead", _("Not deliverable")


OPEN_DELIVERIES = (DeliveryState.WAITING.value, DeliveryState.SENDING.value)


class Delivery(models.Model):
    """Of one subject, the one with the lowest `seq` that is open goes first; the others wait for its end."""

    id = models.BigAutoField(primary_key=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="+")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    """The key is the event's `seq`."""
    type = models.CharField(max_length=100)
    subject = models.CharField(max_length=200)
    is_test = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    reason = models.TextField(blank=True)
    state_since = models.DateTimeField()
    queued_at = models.DateTimeField()
    """Since when it is tried: its creation, or its last replay."""
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    """Of this turn; a replay begins at 0 again."""
    replays = models.PositiveIntegerField(default=0)
    status = models.PositiveIntegerField(null=True)
    """The HTTP status of the last answer."""
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "event"], name="one_delivery_per_event"),
        ]
        indexes = [
            models.Index(fields=["subscription", "state", "next_at"], name="delivery_due"),
            models.Index(
                fields=["subscription", "subject", "event"],
                condition=Q(state__in=("waiting", "sending")),
                name="delivery_open_subject",
            ),
            models.Index(fields=["state", "state_since"], name="delivery_state_since"),
        ]


class DeliveryAttempt(models.Model):
    """One call, and what came of it. The log of a delivery."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    seconds = models.FloatField()
    status = models.PositiveIntegerField(null=True)
    """None where no answer came."""
    text = models.TextField(blank=True)
    """The first bytes of the answer, or why there is none."""

    class Meta:
        ordering = ["-id"]
