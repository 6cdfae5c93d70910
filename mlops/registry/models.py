"""A model is a name in a project; a version is a tree of files with its signature and origin. Both never change."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project, Role
from mlops.blobs.models import Tree
from mlops.datasets.models import DatasetVersion
from mlops.ordered_json import OrderedJSONField
from mlops.runs.models import LoggedModel, Run


class KeptModels(models.Manager["RegisteredModel"]):
    def get_queryset(self) -> models.QuerySet[RegisteredModel]:
        return super().get_queryset().filter(deleted_at=None)


class RegisteredModel(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    last_number = models.PositiveIntegerField(default=0)
    """The highest number ever given: a deleted version's number is not given again."""
    changed_at = models.DateTimeField(auto_now=True)
    card = models.TextField(blank=True)
    """What people wrote of the model, in Markdown, for all its versions."""
    archived_at = models.DateTimeField(null=True)
    """Out of the lists since then, and whole."""
    deleted_at = models.DateTimeField(null=True)
    """In the recycle bin since then: its name is free, and nothing of it is removed yet."""

    objects: ClassVar[models.Manager[RegisteredModel]] = KeptModels()
    """Without those in the recycle bin."""
    with_deleted: ClassVar[models.Manager[RegisteredModel]] = models.Manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                condition=models.Q(deleted_at=None),
                name="one_kept_model_of_a_name_per_project",
            )
        ]
        indexes = [
            models.Index(fields=["-created_at"], name="model_created"),
            models.Index(fields=["project", "-created_at"], name="model_project_created"),
        ]

    def __str__(self) -> str:
        return self.name


class Stage(models.TextChoices):
    NONE = "None", _("No stage")
    STAGING = "Staging", _("Staging")
    PRODUCTION = "Production", _("Production")
    ARCHIVED = "Archived", _("Archived")


class KeptVersions(models.Manager["ModelVersion"]):
    def get_queryset(self) -> models.QuerySet[ModelVersion]:
        return super().get_queryset().filter(deleted_at=None, model__deleted_at=None)


class ModelVersion(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(RegisteredModel, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    tree = models.ForeignKey(Tree, on_delete=models.PROTECT, related_name="+")
    description = models.TextField(blank=True)
    task = models.CharField(max_length=20, blank=True)
    algorithm = models.CharField(max_length=100, blank=True)
    framework = models.CharField(max_length=60, blank=True)
    framework_version = models.CharField(max_length=40, blank=True)
    signature = models.JSONField(null=True)
    """formats.model.Signature."""
    input_example = OrderedJSONField(null=True)
    metrics = models.JSONField(default=dict)
    properties = models.JSONField(default=dict)
    """Written once, at registration."""
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    node = models.CharField(max_length=100, blank=True)
    source = models.TextField(blank=True)
    """Where a client said that it comes from: told again as it was told, and never read."""
    run_told = models.CharField(max_length=255, blank=True, db_index=True)
    """The run's id as it was known at registration, or as a client told it: it stays when the run is gone."""
    run_link = models.TextField(blank=True)
    """Where a client said that the run is to be seen, perhaps on another server."""
    logged_model = models.ForeignKey(LoggedModel, null=True, on_delete=models.SET_NULL, related_name="+")
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    """What it was made from, such as the model that was trained on, or whose files were converted."""
    resources = models.JSONField(default=dict)
    """What it usually needs, as the wizard's defaults: `cpu` in cores, `memory_gib`. Empty: nobody said."""
    stage = models.CharField(max_length=20, choices=Stage.choices, default=Stage.NONE)
    changed_at = models.DateTimeField(auto_now=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    card = models.TextField(blank=True)
    """What people wrote of this version, in Markdown."""
    archived_at = models.DateTimeField(null=True)
    """Out of the lists since then, and whole."""
    deleted_at = models.DateTimeField(null=True)
    """In the recycle bin since then: nothing of it is removed yet, and its number is not given again."""

    objects: ClassVar[models.Manager[ModelVersion]] = KeptVersions()
    """Without those in the recycle bin, alone or with their model."""
    with_deleted: ClassVar[models.Manager[ModelVersion]] = models.Manager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["model", "number"], name="one_model_version_number")]

    def __str__(self) -> str:
        return f"{self.model.name}:{self.number}"


class ModelAlias(models.Model):
    """A name that people move from version to version, such as `champion`."""

    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["model", "name"], name="one_version_per_alias")]


class ModelDataset(models.Model):
    """Which dataset version stands behind a model version, and as what."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(max_length=60, default="training data")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "dataset_version", "relation"], name="one_model_dataset_relation"
            )
        ]


class PointKind(models.TextChoices):
    STAGE = "stage", _("Stage")
    ALIAS = "alias", _("Alias")


EVERY_NAME = "*"


APPROVERS = [(one.value, one.label) for one in (Role.OWNER, Role.CONTRIBUTOR, Role.READER)]


class ApprovalRule(models.Model):
    """What it takes to move a stage or an alias: of one model, or of all models of the project."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    model = models.ForeignKey(RegisteredModel, null=True, on_delete=models.CASCADE, related_name="+")
    """None: all models of the project that have no rule of their own for it."""
    kind = models.CharField(max_length=10, choices=PointKind.choices)
    name = models.CharField(max_length=255)
    """The stage or alias; `*`: every one that has no rule by its name."""
    approvals = models.PositiveSmallIntegerField(default=1)
    """How many different people; 0: the checks alone decide."""
    by = models.CharField(max_length=20, choices=APPROVERS, default=Role.OWNER)
    """The least role of those who approve."""
    asker_may_approve = models.BooleanField(default=False)
    checks = models.JSONField(default=list)
    """approval.checks: what the version must show, each an object with `kind` and its options."""
    expires_after_days = models.PositiveSmallIntegerField(default=14)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "name"],
                condition=models.Q(model=None),
                name="one_approval_rule_per_project_and_point",
            ),
            models.UniqueConstraint(fields=["model", "kind", "name"], name="one_approval_rule_per_model_and_point"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class TransitionState(models.TextChoices):
    PENDING = "pending", _("Waits for approval")
    DONE = "done", _("Done")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


class Transition(models.Model):
    """A version's way into another stage, or an alias' to another version: who asked, why, and what became of it.

    Only a transition that is done has had an effect."""

    model = models.ForeignKey(RegisteredModel, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=PointKind.choices)
    name = models.CharField(max_length=255)
    is_removal = models.BooleanField(default=False)
    """Of an alias, from the version that it pointed to."""
    archive_others = models.BooleanField(default=False)
    """Versions that are in the stage by then go to the archive."""
    before = models.CharField(max_length=20, blank=True)
    """The version's stage, or the number that the alias pointed to, when it was asked."""
    state = models.CharField(max_length=10, choices=TransitionState.choices)
    reason = models.TextField(blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    demand = models.JSONField(null=True)
    """approval.demands.Demand when it was asked: what it still needs once no rule is left."""
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "expires_at"], name="transitions_that_wait")]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "kind", "name", "is_removal"],
                condition=models.Q(state=TransitionState.PENDING),
                name="one_pending_transition_of_a_kind",
            )
        ]

    @property
    def is_pending(self) -> bool:
        return self.state == TransitionState.PENDING

    @property
    def subject(self) -> str:
        """Of its events."""
        return f"models/{self.version}"


class Approval(models.Model):
    """One person's yes to a transition that waits."""

    transition = models.ForeignKey(Transition, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["transition", "by"], name="one_approval_per_person")]
