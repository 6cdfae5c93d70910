"""Policies and their attempts. All that an attempt needs to go on is in its row: any worker may take it up."""

from __future__ import annotations

import uuid

import msgspec
from django.conf import settings as studio
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.collected.models import SavedWindow
from mlops.datasets.models import DatasetVersion
from mlops.deployments.models import Deployment
from mlops.formats.evidence import Evidence, Verdict
from mlops.formats.retraining import RetrainingSettings, Triggered
from mlops.registry.models import ModelVersion
from mlops.rollouts.models import Rollout
from mlops.runs.models import Run


class Policy(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    settings = models.JSONField()
    """formats.retraining.RetrainingSettings; read it as `wanted`."""
    revision = models.PositiveIntegerField(default=1)
    is_enabled = models.BooleanField(default=True)
    """Disabled, only people start attempts."""
    reason = models.TextField(blank=True)
    """What the last look at its triggers found."""
    next_at = models.DateTimeField(null=True)
    """The next fire of its schedule."""
    looked_at = models.DateTimeField()
    """Fires of its schedule up to here are decided."""
    seen = models.JSONField(default=dict)
    """`event`: the last event that was looked at; `number`: the last version of its dataset."""
    runs_as = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    """Whoever changed it last: what it does by itself is done with this person's grants."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name_plural = _("policies")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_retraining_policy_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def wanted(self) -> RetrainingSettings:
        return msgspec.convert(self.settings, RetrainingSettings)


class PolicyRevision(models.Model):
    """What the policy said from then on."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    settings = models.JSONField()
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="one_policy_revision_number")]


class Stage(models.TextChoices):
    TRIGGERED = "triggered", _("Triggered")
    PREPARING = "preparing", _("Preparing data")
    TRAINING = "training", _("Training")
    COMPARING = "comparing", _("Comparing")
    AWAITING_APPROVAL = "awaiting_approval", _("Awaiting approval")
    DEPLOYING = "deploying", _("Registering and deploying")
    ROLLING_OUT = "rolling_out", _("Rolling out")
    PROMOTED = "promoted", _("Promoted")
    REJECTED = "rejected", _("Rejected")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    SKIPPED = "skipped", _("Skipped")
    COMPARED = "compared", _("Compared only")


LIVE = (
    Stage.TRIGGERED,
    Stage.PREPARING,
    Stage.TRAINING,
    Stage.COMPARING,
    Stage.AWAITING_APPROVAL,
    Stage.DEPLOYING,
    Stage.ROLLING_OUT,
)
WORKED_ON = (Stage.COMPARING,)
"""Stages that a worker carries out under a lease; the others are advanced by looking."""


class Attempt(models.Model):
    """One retraining, from its trigger to the decision; or, as a dry run, a comparison alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    """Counts the policy's attempts, from 1."""
    key = models.CharField(max_length=200)
    """Of its trigger: a second attempt by the same cause is impossible."""
    revision = models.PositiveIntegerField()
    settings = models.JSONField()
    """The policy's, as they were; read it as `wanted`."""
    trigger = models.JSONField()
    """formats.retraining.Triggered; read it as `triggered`."""
    is_dry_run = models.BooleanField(default=False)
    stage = models.CharField(max_length=20, choices=Stage.choices, default=Stage.TRIGGERED)
    reason = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    state_since = models.DateTimeField()
    moves = models.PositiveIntegerField(default=0)
    """Grows with each change of stage: who writes names the number that was read."""
    lease_until = models.DateTimeField(null=True)
    losses = models.PositiveIntegerField(default=0)
    """How often a worker was lost with it in this stage."""
    failed_in = models.CharField(max_length=20, blank=True)
    """The stage that it is taken up from again."""
    history = models.JSONField(default=list)
    """Of each stage that ended: stage, since, until, and why and by whom it ended (reason, by)."""
    window = models.ForeignKey(SavedWindow, null=True, on_delete=models.SET_NULL, related_name="+")
    """Collected data that is being saved for it."""
    data = models.ForeignKey(DatasetVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    """Saved from collected data for it."""
    data_label = models.CharField(max_length=200, blank=True)
    """The data that it trains on, in words; also when that is gone."""
    data_rows = models.BigIntegerField(null=True)
    parameters = models.JSONField(default=dict)
    """With which the pipeline was called."""
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    node = models.CharField(max_length=100, blank=True)
    port = models.CharField(max_length=100, blank=True)
    challenger = models.ForeignKey(ModelVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    """Once it is registered; in a dry run from the start."""
    challenger_label = models.CharField(max_length=200, blank=True)
    champion = models.ForeignKey(ModelVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    champion_label = models.CharField(max_length=200, blank=True)
    evidence = models.JSONField(null=True)
    """formats.evidence.Evidence; read it as `found`."""
    verdict = models.JSONField(null=True)
    """formats.evidence.Verdict; read it as `judged`."""
    approval = models.JSONField(null=True)
    """{act, by, at, reason}: what a person decided."""
    deployment = models.ForeignKey(Deployment, null=True, on_delete=models.SET_NULL, related_name="+")
    rollout = models.ForeignKey(Rollout, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="one_attempt_number_per_policy"),
            models.UniqueConstraint(fields=["policy", "key"], name="one_attempt_per_trigger"),
        ]
        indexes = [models.Index(fields=["stage"], name="attempt_stage")]

    def __str__(self) -> str:
        return f"{self.policy.name}/attempts/{self.number}"

    @property
    def wanted(self) -> RetrainingSettings:
        return msgspec.convert(self.settings, RetrainingSettings)

    @property
    def triggered(self) -> Triggered:
        return msgspec.convert(self.trigger, Triggered)

    @property
    def found(self) -> Evidence | None:
        return msgspec.convert(self.evidence, Evidence) if self.evidence else None

    @property
    def judged(self) -> Verdict | None:
        return msgspec.convert(self.verdict, Verdict) if self.verdict else None

    @property
    def is_live(self) -> bool:
        return self.stage in LIVE
