"""An endpoint is a lasting address with keys and traffic; a deployment serves one model version behind it."""

from __future__ import annotations

import uuid

import msgspec
from django.conf import settings as studio
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.blobs.models import Blob, Tree
from mlops.formats.deployment import DeploymentSettings
from mlops.packaging.models import Conversion
from mlops.registry.models import ModelVersion


class AuthMode(models.TextChoices):
    """As Azure names them, and `none` for an endpoint that everybody may call who reaches it."""

    KEY = "key", _("Keys and tokens")
    TOKEN = "aml_token", _("Tokens alone")
    NONE = "none", _("Nothing: open to all who reach it")


class Endpoint(models.Model):
    """Keys are derived (deployments.keys) from the secret key, this id and the key numbers: none is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    description = models.TextField(blank=True)
    traffic = models.JSONField(default=dict)
    """Deployment name to percent; the sum is at most 100, the rest goes to the default."""
    previous_traffic = models.JSONField(default=dict)
    """What it was before it was changed last, for going back."""
    mirrors = models.JSONField(default=dict)
    """Deployment name to the percent of requests that it gets a copy of."""
    default = models.CharField(max_length=60, blank=True)
    control = models.CharField(max_length=60, blank=True)
    """The deployment that others are compared with; empty: none is named."""
    auth_mode = models.CharField(max_length=10, choices=AuthMode.choices, default=AuthMode.KEY)
    primary_key_number = models.PositiveIntegerField(default=1)
    secondary_key_number = models.PositiveIntegerField(default=1)
    retired_keys = models.JSONField(default=list)
    """Replaced keys in their time of grace: {"key", "number", "until" (Unix seconds)}."""
    keys_used_at = models.JSONField(default=dict)
    """When each key was used last (ISO 8601), as far as the router told."""
    cors_origins = models.JSONField(default=list)
    sticky_cookie = models.CharField(max_length=60, blank=True)
    """Name of the cookie that keeps a caller at one deployment."""
    sticky_query = models.CharField(max_length=60, blank=True)
    record = models.PositiveIntegerField(default=0)
    """How many of the last scoring requests the router keeps for replays; until `record_until`."""
    record_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_endpoint_name_per_project")]

    def __str__(self) -> str:
        return self.name

    @property
    def records_now(self) -> int:
        """How many requests the router is to keep now: a recording ends by itself."""
        is_on = self.record_until is not None and self.record_until > timezone.now()
        return self.record if is_on else 0


class EndpointToken(models.Model):
    """Lets one client call an endpoint, or some of its deployments. The secret itself is nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256, hexadecimal."""
    deployments = models.JSONField(default=list)
    """The only deployments that it may call; empty: all."""
    is_personal = models.BooleanField(default=False)
    """Made for the person who asked for credentials, for some hours."""
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "name"],
                condition=models.Q(revoked_at__isnull=True, is_personal=False),
                name="one_token_name_per_endpoint",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CodeFolder(models.Model):
    """The files of an entry script, uploaded once and used by any number of deployments. Never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    tree = models.ForeignKey(Tree, on_delete=models.PROTECT, related_name="+")
    script = models.CharField(max_length=500)
    """The entry script's path in the folder."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return self.script


class DeploymentState(models.TextChoices):
    """Transitioning -> Healthy, Unhealthy or Failed, as the yardstick's D7 has it."""

    TRANSITIONING = "transitioning", _("Transitioning")
    HEALTHY = "healthy", _("Healthy")
    UNHEALTHY = "unhealthy", _("Unhealthy")
    FAILED = "failed", _("Failed")
    DELETING = "deleting", _("Deleting")


class Deployment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    entry = models.CharField(max_length=10)
    """formats.serving.Entry: onnx, native or script."""
    is_entry_free = models.BooleanField(default=False)
    """Nobody chose the entry: the original model serves where the conversion to ONNX comes to nothing."""
    conversion = models.ForeignKey(Conversion, null=True, on_delete=models.PROTECT, related_name="+")
    """Of the entry onnx; of native, the one that came to nothing."""
    script = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    code = models.ForeignKey(CodeFolder, null=True, on_delete=models.PROTECT, related_name="+")
    """Of the entry script: a folder of files in place of one `script`."""
    settings = models.JSONField(default=dict)
    """formats.deployment.DeploymentSettings; read it as `wanted`."""
    target = models.CharField(max_length=20, default="process")
    """As in the settings, for looking rows up."""
    instances = models.PositiveIntegerField(default=1)
    """How many servers are wanted now: as the settings say, or as the load asks for."""
    replicas = models.JSONField(default=list)
    """How each server was when it was last looked at: targets.observed.Replica, with its `revision`."""
    trouble = models.JSONField(null=True)
    """{reason, hint}: why its target could not make true what is wanted, when it last tried."""
    revision = models.PositiveIntegerField(default=1)
    placing = models.JSONField(null=True)
    """What the target put in place for this revision, such as ports; None until it has prepared it."""
    ready_revision = models.PositiveIntegerField(null=True)
    """The last revision that became ready: it goes on serving until a newer one is."""
    ready_placing = models.JSONField(null=True)
    ready_urls = models.JSONField(default=list)
    """Where that revision's servers answer, such as `http://127.0.0.1:18100`; empty before the first was ready."""
    lease_until = models.DateTimeField(null=True)
    """While a worker lays it out and waits for it; a lease that ran out is taken over."""
    state = models.CharField(max_length=20, choices=DeploymentState.choices, default=DeploymentState.TRANSITIONING)
    reason = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    state_since = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["endpoint", "name"], name="one_deployment_name_per_endpoint")]

    def __str__(self) -> str:
        return f"{self.endpoint.name}/{self.name}"

    @property
    def was_ready(self) -> bool:
        return self.ready_revision == self.revision

    @property
    def wanted(self) -> DeploymentSettings:
        return msgspec.convert(self.settings, DeploymentSettings)


class DeploymentRevision(models.Model):
    """What a deployment was, is or would have been: one row an update, so that any can be compared and restored."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    version = models.ForeignKey(ModelVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    model = models.CharField(max_length=200)
    """`name:number`, also when the version is gone."""
    entry = models.CharField(max_length=10)
    is_entry_free = models.BooleanField(default=False)
    script = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    code = models.ForeignKey(CodeFolder, null=True, on_delete=models.PROTECT, related_name="+")
    settings = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    """Why it was made, in the words of who made it."""
    edits = models.JSONField(default=list)
    """What was changed of it in place, without a server started anew, the oldest first: at, by, reason and `before`,
    the settings until then."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["deployment", "number"], name="one_row_per_revision")]

    def __str__(self) -> str:
        return f"{self.deployment} revision {self.number}"

    @property
    def wanted(self) -> DeploymentSettings:
        return msgspec.convert(self.settings, DeploymentSettings)


class Counts(models.Model):
    requests = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    """Answers of 500 and above, and requests that no server took."""
    refused = models.BigIntegerField(default=0)
    """Answers of 400 to 499."""
    seconds_sum = models.FloatField(default=0.0)
    latency_counts = models.JSONField(default=list)
    """Requests per latency bucket; the bounds are formats.serving.LATENCY_BOUNDS."""

    class Meta:
        abstract = True


class TrafficMinute(Counts):
    """What the router counted for one deployment in one minute (UTC)."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="+")
    minute = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deployment", "minute"], name="one_traffic_row_per_minute")]


class MirrorMinute(Counts):
    """The same of mirrored requests, whose answers nobody gets."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="+")
    minute = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deployment", "minute"], name="one_mirror_row_per_minute")]


class RouterCount(Counts):
    """What the router had counted when it was last asked, so that the next answer tells the difference."""

    deployment = models.OneToOneField(Deployment, on_delete=models.CASCADE, related_name="+")
    started = models.FloatField()
    """Which life of the router counted: its counters begin anew with it."""


class MirrorCount(Counts):
    """The same of mirrored requests."""

    deployment = models.OneToOneField(Deployment, on_delete=models.CASCADE, related_name="+")
    started = models.FloatField()


class Load(models.Model):
    """How busy a deployment that follows its load was: what autoscaling goes by."""

    deployment = models.OneToOneField(Deployment, on_delete=models.CASCADE, related_name="+")
    at = models.FloatField(default=0.0)
    """Unix seconds of the last look; `started`, `seconds_sum`, `in_flight`: what the router had counted then."""
    started = models.FloatField(default=0.0)
    seconds_sum = models.FloatField(default=0.0)
    in_flight = models.PositiveIntegerField(default=0)
    samples = models.JSONField(default=list)
    """sizing.Sample of the last minute, oldest first."""
    reason = models.TextField(blank=True)
    """Of the last change that the load asked for."""


class PublishedTable(models.Model):
    """The routing table that all routers follow. One row."""

    revision = models.BigIntegerField()
    """Grows with each change."""
    content = models.TextField()
    """formats.serving.RoutingTable as JSON."""
    published_at = models.DateTimeField()


class RouterSeen(models.Model):
    """A router that asks the control plane for its table, perhaps on a machine of its own."""

    name = models.CharField(max_length=200, unique=True)
    address = models.CharField(max_length=300)
    """Where it is asked what it counted."""
    started = models.FloatField()
    """Which life of it."""
    revision = models.BigIntegerField(default=0)
    """Of the table that is in force there."""
    seen_at = models.DateTimeField(db_index=True)
    told = models.JSONField(null=True)
    """formats.serving.RouterStats: what it had counted when it was last asked."""


class PastLives(models.Model):
    """What routers had counted whose life is over: together with the living ones it only grows. One row."""

    began = models.FloatField()
    """Names this count, as `RouterStats.started` names that of one router."""
    told = models.JSONField(null=True)
