"""A conversion of a model version to ONNX, with the certificate that says whether it may be used."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.blobs.models import Tree
from mlops.registry.models import ModelVersion


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
