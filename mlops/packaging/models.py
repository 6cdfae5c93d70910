"""What packaging makes of models, each with the comparison that says whether it may be used."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.blobs.models import Tree
from mlops.registry.models import ModelVersion
from mlops.runs.models import Run


class ConversionState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")


class Conversion(models.Model):
    """`tree` holds `model.onnx`, `certificate.json` and `golden.json`; it is there also when the scores disagreed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    tolerance = models.FloatField(default=1e-4)
    state = models.CharField(max_length=20, choices=ConversionState.choices, default=ConversionState.QUEUED)
    reason = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    state_since = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    certificate = models.JSONField(null=True)
    """formats.model.ParityCertificate."""
    tree = models.ForeignKey(Tree, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "lease_until"], name="conversion_state_lease")]

    @property
    def is_final(self) -> bool:
        return self.state not in (ConversionState.QUEUED, ConversionState.RUNNING)


class PipelinePackage(models.Model):
    """An inference pipeline made deployable: it becomes a version of the model `name` once its answers are checked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    """The completed run of the inference pipeline."""
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=20, choices=ConversionState.choices, default=ConversionState.QUEUED)
    reason = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    state_since = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    report = models.JSONField(null=True)
    """formats.inference.PipelineParity."""
    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "lease_until"], name="package_state_lease")]

    @property
    def is_final(self) -> bool:
        return self.state not in (ConversionState.QUEUED, ConversionState.RUNNING)
