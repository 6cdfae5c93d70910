"""An alert: one rule about one subject, from the first sign until it is over; and what happened meanwhile."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.alerts.models.rule import Rule, Severity


class AlertState(models.TextChoices):
    PENDING = "pending", _("Pending")
    FIRING = "firing", _("Firing")
    RESOLVED = "resolved", _("Resolved")


OPEN = (AlertState.PENDING.value, AlertState.FIRING.value)


class Alert(models.Model):
    """At most one is open per rule and key: what comes again meanwhile is counted, not told anew."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    rule = models.ForeignKey(Rule, null=True, on_delete=models.SET_NULL, related_name="+")
    rule_name = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    """What one alert of the rule is about; the subject unless the rule groups otherwise."""
    subject = models.CharField(max_length=200)
    """Such as `runs/…` or `endpoints/churn/blue`: leads to a page."""
    severity = models.CharField(max_length=10, choices=Severity.choices)
    state = models.CharField(max_length=10, choices=AlertState.choices)
    state_since = models.DateTimeField()
    title = models.CharField(max_length=300)
    why = models.TextField(blank=True)
    value = models.FloatField(null=True)
    event_type = models.CharField(max_length=100, blank=True)
    event_id = models.UUIDField(null=True)
    """The newest event that it is about."""
    data = models.JSONField(default=dict)
    """That event's data."""
    times = models.PositiveIntegerField(default=1)
    began_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField()
    within_since = models.DateTimeField(null=True)
    """Since when the metric is back within its limit."""
    resolved_at = models.DateTimeField(null=True)
    resolved_why = models.TextField(blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    """Whoever started what it is about."""
    tell_at = models.DateTimeField(null=True)
    """When people are told (again), while it fires and nobody has acknowledged it."""
    round = models.PositiveIntegerField(default=0)
    """How often it was told."""

    class Meta:
        ordering = ["-state_since"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "key"], condition=Q(state__in=["pending", "firing"]), name="one_open_alert_per_key"
            )
        ]
        indexes = [
            models.Index(fields=["project", "state", "-state_since"], name="alert_project_state"),
            models.Index(fields=["state", "tell_at"], name="alert_tell_at"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class AlertEntry(models.Model):
    """One line of its history; `kind`: began, fired, told, failed, held, muted, acknowledged, acted, resolved."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
