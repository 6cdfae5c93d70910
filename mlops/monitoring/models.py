"""Monitors with the history of their settings, their looks with what was found, their back-fills and their alarms."""

from __future__ import annotations

import uuid

import msgspec
from django.conf import settings as studio
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.datasets.models import Dataset
from mlops.deployments.models import Endpoint
from mlops.formats.monitor import MonitorSettings
from mlops.packaging import leases


class MonitorState(models.TextChoices):
    WAITING = "waiting", _("Waiting for data")
    FINE = "fine", _("Fine")
    ALARM = "alarm", _("Alarm")
    TROUBLE = "trouble", _("In trouble")
    DISABLED = "disabled", _("Disabled")


class Rhythm(models.TextChoices):
    """Where its windows come from."""

    CLOCK = "clock", _("By the clock")
    VERSION = "version", _("With each version")
    BATCH = "batch", _("With each batch")


class Monitor(models.Model):
    """`endpoint` or `dataset` is what it watches; both None when that was deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    settings = models.JSONField(default=dict)
    """formats.monitor.MonitorSettings; read it as `wanted`."""
    revision = models.PositiveIntegerField(default=1)
    endpoint = models.ForeignKey(Endpoint, null=True, on_delete=models.SET_NULL, related_name="+")
    dataset = models.ForeignKey(Dataset, null=True, on_delete=models.SET_NULL, related_name="+")
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.CLOCK)
    is_enabled = models.BooleanField(default=True)
    state = models.CharField(max_length=20, choices=MonitorState.choices, default=MonitorState.WAITING)
    reason = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    state_since = models.DateTimeField()
    last_number = models.PositiveIntegerField(default=0)
    """Of its looks; never given twice."""
    planned_to = models.DateTimeField(null=True)
    """The end of the last window that was made into a look by the clock."""
    seen_version = models.PositiveIntegerField(default=0)
    """Of a watched dataset: the last version whose windows were made into looks."""
    next_at = models.DateTimeField(null=True)
    """When the next look is due by the clock; None: when a version comes, or never."""
    labels_at = models.DateTimeField(null=True)
    """Up to when arrived labels have been taken into account."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_monitor_name_per_project")]
        indexes = [models.Index(fields=["is_enabled", "next_at"], name="monitors_due")]

    def __str__(self) -> str:
        return self.name

    @property
    def wanted(self) -> MonitorSettings:
        return msgspec.convert(self.settings, MonitorSettings)


class MonitorRevision(models.Model):
    """The settings from `at` on: one row a change, so that any look says with which it was made."""

    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    settings = models.JSONField()
    what = models.TextField(blank=True)
    """What changed, in words."""
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["monitor", "number"], name="one_monitor_revision_number")]


class BackfillState(models.TextChoices):
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


class Backfill(models.Model):
    """Looks at all windows of a past range. Its looks are made a few at a time, from `next_end` on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    """From 1, within the monitor."""
    start = models.DateTimeField()
    end = models.DateTimeField()
    made_to = models.DateTimeField()
    """Windows that end up to here have their looks."""
    windows = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=BackfillState.choices, default=BackfillState.RUNNING)
    reason = models.TextField(blank=True)
    state_since = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["monitor", "number"], name="one_backfill_number_per_monitor")]


class LookState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Looking")
    COMPLETED = "completed", _("Completed")
    SKIPPED = "skipped", _("Skipped")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class LookCause(models.TextChoices):
    CLOCK = "clock", _("By the clock")
    VERSION = "version", _("A new version came")
    BACKFILL = "backfill", _("Back-fill")
    ASKED = "asked", _("Asked for")
    LABELS = "labels", _("Labels arrived")


class Look(leases.Leased):
    """One window looked at with one revision of the settings. `round` counts repeats, such as after labels came."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    """From 1, within the monitor."""
    window = models.CharField(max_length=120)
    """What names it: its start and end, or `version:3`, `batch:7`, `rows:0-1000`."""
    start = models.DateTimeField(null=True)
    end = models.DateTimeField()
    """Excluded. Of a version, batch or rows: when the version came."""
    revision = models.PositiveIntegerField()
    round = models.PositiveIntegerField(default=0)
    cause = models.CharField(max_length=20, choices=LookCause.choices, default=LookCause.CLOCK)
    backfill = models.ForeignKey(Backfill, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=20, choices=LookState.choices, default=LookState.QUEUED)
    cancel_asked = models.BooleanField(default=False)
    doing = models.TextField(blank=True)
    """While it runs: what it is at."""
    share_done = models.FloatField(default=0.0)
    baseline = models.CharField(max_length=300, blank=True)
    target = models.CharField(max_length=300, blank=True)
    rows = models.BigIntegerField(null=True)
    baseline_rows = models.BigIntegerField(null=True)
    labelled = models.BigIntegerField(null=True)
    """Rows with the truth, of collected data."""
    seconds = models.FloatField(null=True)
    is_alarm = models.BooleanField(default=False)
    summary = models.JSONField(null=True)
    """found.LookSummary: every measured value, without the distributions."""
    run_id = models.UUIDField(null=True)
    """Of a custom signal: the run of its component."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-end", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["monitor", "number"], name="one_look_number_per_monitor"),
            models.UniqueConstraint(fields=["monitor", "window", "revision", "round"], name="one_look_per_window"),
        ]
        indexes = [
            models.Index(fields=["state"], name="looks_to_do"),
            models.Index(fields=["monitor", "-end"], name="looks_of_monitor"),
        ]

    def __str__(self) -> str:
        return f"{self.monitor.name} look {self.number}"


class LookResult(models.Model):
    """formats.monitor.MonitorFound, apart from the look's row because it is large."""

    look = models.OneToOneField(Look, on_delete=models.CASCADE, primary_key=True, related_name="+")
    found = models.JSONField()


class LookValue(models.Model):
    """One measured value of a look as a row, for reports: what `Look.summary` has, whatever the monitor measures."""

    look = models.ForeignKey(Look, on_delete=models.CASCADE, related_name="+")
    signal = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    segment = models.CharField(max_length=300, blank=True)
    feature = models.CharField(max_length=300, blank=True)
    """Empty: of the signal as a whole."""
    metric = models.CharField(max_length=120)
    value = models.FloatField(null=True)
    threshold = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    is_alarm = models.BooleanField(default=False)


class Alarm(models.Model):
    """Whether a signal (or a feature of it) of a monitor is beyond its limits, since when, and by which look."""

    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="+")
    signal = models.CharField(max_length=120)
    feature = models.CharField(max_length=300, blank=True)
    """Empty: the signal as a whole."""
    is_on = models.BooleanField(default=False)
    since = models.DateTimeField()
    value = models.FloatField(null=True)
    threshold = models.FloatField(null=True)
    metric = models.CharField(max_length=80, blank=True)
    look = models.ForeignKey(Look, null=True, on_delete=models.SET_NULL, related_name="+")
    """Which changed it last."""
    end = models.DateTimeField()
    """Of the newest window that could tell: older ones do not change it."""

    class Meta:
        ordering = ["signal", "feature"]
        constraints = [models.UniqueConstraint(fields=["monitor", "signal", "feature"], name="one_alarm_state")]
