"""What packaging makes of models, each with the comparison that says whether it may be used."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.blobs.models import Blob, Tree
from mlops.datasets.models import DatasetVersion
from mlops.packaging import leases
from mlops.registry.models import ModelVersion
from mlops.runs.models import Run


class ConversionState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")


class ConversionKind(models.TextChoices):
    """The ONNX form, or what is made of it on request; only the form itself is ever served without being chosen."""

    ONNX = "onnx", _("ONNX")
    OPTIMISED = "optimised", _("ONNX, optimised offline")
    INT8 = "int8", _("ONNX with eight-bit weights")
    FLOAT16 = "float16", _("ONNX in half precision")


class Conversion(leases.Leased):
    """`tree` holds `model.onnx`, `certificate.json` and `golden.json`, of a model that was not trained here also
    `mlops_model.json`; it is there also when the scores disagreed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=ConversionKind.choices, default=ConversionKind.ONNX)
    tolerance = models.FloatField(default=1e-4)
    reference = models.ForeignKey(DatasetVersion, null=True, on_delete=models.PROTECT, related_name="+")
    """Rows to compare on; without, the model's own sample, or made-up rows."""
    state = models.CharField(max_length=20, choices=ConversionState.choices, default=ConversionState.QUEUED)
    certificate = models.JSONField(null=True)
    """formats.model.ParityCertificate."""
    tree = models.ForeignKey(Tree, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "lease_until"], name="conversion_state_lease")]


class PipelinePackage(leases.Leased):
    """An inference pipeline made deployable: it becomes a version of the model `name` once its answers are checked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    """The completed run of the inference pipeline."""
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=20, choices=ConversionState.choices, default=ConversionState.QUEUED)
    report = models.JSONField(null=True)
    """formats.inference.PipelineParity."""
    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "lease_until"], name="package_state_lease")]


class ProfileState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Profile(leases.Leased):
    """How a model version answered under load, and what that recommends."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    entry = models.CharField(max_length=10)
    """formats.serving.Entry."""
    conversion = models.ForeignKey(Conversion, null=True, on_delete=models.RESTRICT, related_name="+")
    script = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    order = models.JSONField()
    """formats.profiling.ProfileOrder."""
    recorded = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    """Recorded requests, one a line; else rows of `dataset`, else the version's input example."""
    dataset = models.ForeignKey(DatasetVersion, null=True, on_delete=models.PROTECT, related_name="+")
    column = models.CharField(max_length=200, blank=True)
    """Of the dataset, where it holds whole requests as text."""
    state = models.CharField(max_length=20, choices=ProfileState.choices, default=ProfileState.QUEUED)
    cancel_asked = models.BooleanField(default=False)
    progress = models.JSONField(null=True)
    """formats.profiling.Progress."""
    report = models.JSONField(null=True)
    """formats.profiling.ProfileReport."""
    log = models.TextField(blank=True)
    """The end of what the measured servers said."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "lease_until"], name="profile_state_lease")]
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="one_profile_name_per_version")]

    def __str__(self) -> str:
        return self.name


class ImageState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Building")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Image(leases.Leased):
    """A container image of a model version: what was asked for, and what came of it.

    Its layers are in this machine's layer store (`mlops.packaging.images.store`); another row of equal content has the
    same key, id and digest, and cost nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    entry = models.CharField(max_length=10)
    """formats.serving.Entry."""
    conversion = models.ForeignKey(Conversion, null=True, on_delete=models.RESTRICT, related_name="+")
    script = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    base = models.CharField(max_length=300, blank=True)
    """An image's name; empty: this machine's Python."""
    context = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    """A tar with a Dockerfile, whose image is the base."""
    tag = models.CharField(max_length=300, blank=True)
    """A name of one's own in the engine; with it, the image is given to the engine."""
    push_to = models.CharField(max_length=300, blank=True)
    """registry/repository:tag to which it is pushed."""
    state = models.CharField(max_length=20, choices=ImageState.choices, default=ImageState.QUEUED)
    cancel_asked = models.BooleanField(default=False)
    key = models.CharField(max_length=64, blank=True)
    reference = models.CharField(max_length=300, blank=True)
    image_id = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=80, blank=True)
    """Of its manifest: by it a registry gives exactly this image."""
    size_bytes = models.BigIntegerField(default=0)
    """Packed, as it is sent."""
    layers = models.JSONField(default=list)
    """images.oci.Layer, the base's first."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "lease_until"], name="image_state_lease")]

    def __str__(self) -> str:
        return self.reference or str(self.version)


class RegistryLogin(models.Model):
    """How a project is known to a registry. The password is sealed and never shown again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    registry = models.CharField(max_length=200)
    """host or host:port."""
    name = models.CharField(max_length=200, blank=True)
    password = models.TextField(blank=True)
    """Sealed by `access.sealing`."""
    is_insecure = models.BooleanField(default=False)
    """It may be spoken to without TLS."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["registry"]
        constraints = [models.UniqueConstraint(fields=["project", "registry"], name="one_login_per_registry")]

    def __str__(self) -> str:
        return self.registry
