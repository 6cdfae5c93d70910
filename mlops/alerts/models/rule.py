"""A rule: what raises an alert, how grave it is, and who is told."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.alerts.models.channel import Channel


class Severity(models.TextChoices):
    INFO = "info", _("Information")
    WARNING = "warning", _("Warning")
    CRITICAL = "critical", _("Critical")


class Source(models.TextChoices):
    EVENT = "event", _("Something happens")
    METRIC = "metric", _("A number passes a limit")


class Audience(models.TextChoices):
    """Which people are told, each as their own preferences say."""

    NOBODY = "nobody", _("nobody by name")
    AUTHOR = "author", _("whoever started it")
    OWNER = "owner", _("the rule's owner")
    OWNERS = "owners", _("the project's owners")
    CONTRIBUTORS = "contributors", _("contributors and owners")
    EVERYONE = "everyone", _("everyone in the project")


class Rule(models.Model):
    """`when`, `tell` and the times are as in `formats.alerting.RuleSettings`; here they are columns for the queries."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    is_enabled = models.BooleanField(default=True)
    recipe = models.CharField(max_length=60, blank=True)
    """Which recipe it was made from."""

    source = models.CharField(max_length=10, choices=Source.choices)
    types = models.JSONField(default=list)
    """Of events: such as `mlops.run.failed`, `mlops.monitor.*`."""
    subject = models.CharField(max_length=200, blank=True)
    """Of events or of what is measured: a pattern with `*`; empty: all."""
    filters = models.JSONField(default=list)
    group_by = models.CharField(max_length=120, blank=True)
    """A member of the event's data that says what one alert is about; empty: the event's subject."""
    clear_types = models.JSONField(default=list)
    metric = models.CharField(max_length=60, blank=True)
    aggregation = models.CharField(max_length=10, blank=True)
    window_seconds = models.PositiveIntegerField(default=300)
    comparison = models.CharField(max_length=10, blank=True)
    threshold = models.FloatField(null=True)
    for_seconds = models.PositiveIntegerField(default=0)

    severity = models.CharField(max_length=10, choices=Severity.choices, default=Severity.WARNING)
    note = models.TextField(blank=True)
    """What to do next, in the words of whoever made the rule."""
    runbook = models.URLField(max_length=500, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    audience = models.CharField(max_length=15, choices=Audience.choices, default=Audience.EVERYONE)
    channels = models.ManyToManyField(Channel, related_name="+")
    repeat_seconds = models.PositiveIntegerField(default=0)
    """How long until it is told again while it goes on; 0: never."""
    resolve_seconds = models.PositiveIntegerField(default=0)
    """A metric must be back for so long; an event must not come again for so long. 0: at once, or by hand only."""
    tells_resolved = models.BooleanField(default=True)
    act = models.CharField(max_length=60, blank=True)
    """A kind of `alerts.actions`: what else happens when it fires."""
    act_options = models.JSONField(default=dict)

    next_look_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True)
    """Why it cannot be examined at the moment."""
    trouble_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_rule_per_name")]
        indexes = [models.Index(fields=["source", "is_enabled", "next_look_at"], name="rule_next_look")]

    def __str__(self) -> str:
        return self.name
