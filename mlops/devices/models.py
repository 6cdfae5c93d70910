"""A device follows one deployment; its reports are kept by number, so that one which arrives twice counts once."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.deployments.models import Deployment


class Platform(models.TextChoices):
    X86_64 = "x86_64", _("x86-64 (Intel, AMD)")
    AARCH64 = "aarch64", _("ARM64")


class Device(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    platform = models.CharField(max_length=20, choices=Platform.choices)
    token_digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of its token, which is shown once."""
    seen_at = models.DateTimeField(null=True)
    """When it last reported; everything below is as it said then."""
    serial = models.PositiveIntegerField(null=True)
    """Of the bundle that it runs; a bundle's serial is the deployment's revision."""
    rejected_serial = models.PositiveIntegerField(null=True)
    """A newer bundle that it tried and gave up."""
    state = models.CharField(max_length=20, blank=True)
    message = models.TextField(blank=True)
    """The newest of its messages."""
    requests = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["deployment", "name"], name="one_device_name_per_deployment")]

    def __str__(self) -> str:
        return self.name


class Report(models.Model):
    """formats.bundle.DeviceReport."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    install = models.CharField(max_length=64)
    number = models.PositiveBigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    serial = models.PositiveIntegerField()
    model = models.CharField(max_length=200)
    state = models.CharField(max_length=20)
    requests = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    seconds_sum = models.FloatField(default=0.0)
    restarts = models.IntegerField(default=0)
    messages = models.JSONField(default=list)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-until"]
        constraints = [models.UniqueConstraint(fields=["device", "install", "number"], name="a_report_counts_once")]
