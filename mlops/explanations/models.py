"""Explanations of model versions, as rows: asked for, computed in a child process, kept with their version."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.blobs.models import Tree
from mlops.datasets.models import DatasetVersion
from mlops.packaging import leases
from mlops.registry.models import ModelVersion
from mlops.runs.models import Run


class ExplanationState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Explanation(leases.Leased):
    """Why a version scores as it does, or a model that a run made, which may become a version later: `run`, with the
    step (`node`) and the files of its model, where there are such. What a run
    brought along was not computed here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(Run, null=True, on_delete=models.CASCADE, related_name="+")
    node = models.CharField(max_length=100, blank=True)
    model_tree = models.ForeignKey(Tree, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    comment = models.TextField(blank=True)
    order = models.JSONField()
    """formats.explanation.ExplainOrder."""
    dataset = models.ForeignKey(DatasetVersion, null=True, on_delete=models.PROTECT, related_name="+")
    """Whose rows are explained; without, the rows that the model carries."""
    state = models.CharField(max_length=20, choices=ExplanationState.choices, default=ExplanationState.QUEUED)
    cancel_asked = models.BooleanField(default=False)
    progress = models.JSONField(null=True)
    """formats.explanation.ExplainProgress."""
    summary = models.JSONField(null=True)
    """formats.explanation.ExplanationSummary."""
    tree = models.ForeignKey(Tree, null=True, on_delete=models.PROTECT, related_name="+")
    """Its files, named in formats.explanation."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "lease_until"], name="explanation_state_lease")]
        constraints = [
            models.UniqueConstraint(fields=["version", "name"], name="one_explanation_name_per_version"),
            models.UniqueConstraint(fields=["run", "name"], name="one_explanation_name_per_run"),
            models.CheckConstraint(
                condition=models.Q(version__isnull=False) | models.Q(run__isnull=False), name="explanation_of_something"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def files_tree(self) -> str | None:
        """The digest of the model's files; None of one that was brought along without."""
        return self.version.tree_id if self.version is not None else self.model_tree_id

    @property
    def of_what(self) -> tuple[str, str]:
        """What its news are told of."""
        return ("model", str(self.version.model_id)) if self.version is not None else ("run", str(self.run_id))

    @property
    def subject(self) -> str:
        return f"models/{self.version}" if self.version is not None else f"runs/{self.run_id}"
