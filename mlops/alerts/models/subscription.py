"""A subscription: which events go to which receiver, and how that goes."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project


class Envelope(models.TextChoices):
    CLOUDEVENTS = "cloudevents", _("CloudEvents 1.0, structured")
    CLOUDEVENTS_BINARY = "cloudevents_binary", _("CloudEvents 1.0, binary")
    AZURE_CLOUDEVENTS = "azure_cloudevents", _("Azure ML's five types as CloudEvents")
    AZURE_EVENT_GRID = "azure_event_grid", _("Azure ML's five types as Event Grid events")
    OPENLINEAGE = "openlineage", _("OpenLineage: begin and end of runs")
    MLFLOW = "mlflow", _("MLflow's six registry events as its webhooks")


class Handshake(models.TextChoices):
    NONE = "none", _("none")
    CLOUDEVENTS = "cloudevents", _("CloudEvents: OPTIONS with WebHook-Request-Origin")
    EVENT_GRID = "event_grid", _("Event Grid: SubscriptionValidation with a code")


class SubscriptionState(models.TextChoices):
    VALIDATING = "validating", _("Validating")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    DISABLED = "disabled", _("Disabled")


class Subscription(models.Model):
    """Of a project, or (none) of everything, which administrators alone set up. `types`, `subject_…` and `filters` are
    as in `formats.event_filter`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    description = models.TextField(blank=True)
    host = models.CharField(max_length=300)
    """What may be shown of the address: scheme and host."""
    sealed = models.TextField()
    """The address, the secrets and the authorization as JSON (subscriptions.secrets), sealed."""
    envelope = models.CharField(max_length=20, choices=Envelope.choices, default=Envelope.CLOUDEVENTS)
    handshake = models.CharField(max_length=15, choices=Handshake.choices, default=Handshake.NONE)
    types = models.JSONField(default=list)
    subject_begins = models.CharField(max_length=200, blank=True)
    subject_ends = models.CharField(max_length=200, blank=True)
    is_case_sensitive = models.BooleanField(default=False)
    filters = models.JSONField(default=list)

    state = models.CharField(max_length=12, choices=SubscriptionState.choices, default=SubscriptionState.ACTIVE)
    reason = models.TextField(blank=True)
    state_since = models.DateTimeField()
    cursor = models.BigIntegerField(default=0)
    """The `seq` of the last event that was looked at for it."""
    failures = models.PositiveIntegerField(default=0)
    """How many deliveries failed at their first attempt since one was taken."""
    failing_since = models.DateTimeField(null=True)
    """Since when it counts as failing: nothing but single probes is sent until one is taken."""
    retry_at = models.DateTimeField(null=True)
    """Nothing is sent before."""
    trouble = models.TextField(blank=True)
    """What the last failure was; empty after a delivery that was taken."""
    delivered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"], condition=Q(project__isnull=False), name="one_subscription_per_name"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=Q(project__isnull=True), name="one_server_subscription_a_name"
            ),
        ]
        indexes = [models.Index(fields=["state", "cursor"], name="subscription_state_cursor")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_azure(self) -> bool:
        return self.envelope in (Envelope.AZURE_CLOUDEVENTS, Envelope.AZURE_EVENT_GRID)
