"""A trace is one call of traced code: its spans, its facts, its files, and the assessments of people and programs."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.blobs.models import Blob
from mlops.ordered_json import OrderedJSONField
from mlops.runs.models import Experiment, Run


class TraceState(models.TextChoices):
    UNKNOWN = "unknown", _("Unknown")
    UNDER_WAY = "under_way", _("Under way")
    OK = "ok", _("OK")
    FAILED = "failed", _("Failed")


class Trace(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="+")
    runs = models.ManyToManyField(Run, related_name="+")
    """In which it came about, and to which it was linked."""
    key = models.CharField(max_length=100)
    """As its client names it, such as `tr-` and the hexadecimal id of OpenTelemetry."""
    name = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=TraceState.choices, default=TraceState.UNDER_WAY)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    duration_ms = models.BigIntegerField(null=True)
    request = models.TextField(blank=True)
    """The begin of what went in, and of what came out."""
    response = models.TextField(blank=True)
    client_request_id = models.CharField(max_length=500, blank=True)
    has_spans = models.BooleanField(default=False)
    """Whether they were told one by one, and not as a file."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-started_at"]
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="one_trace_key_per_project")]
        indexes = [models.Index(fields=["experiment", "-started_at"], name="trace_newest")]

    def __str__(self) -> str:
        return self.name or self.key


class TraceFact(models.Model):
    """A tag, which can change, or metadata, which its client tells once."""

    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="+")
    is_tag = models.BooleanField()
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True)

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["trace", "is_tag", "key"], name="one_value_per_trace_fact")]
        indexes = [models.Index(fields=["key", "trace"], name="trace_fact_key")]


class Span(models.Model):
    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=16)
    """Hexadecimal, as is that of the outer span; empty for the root."""
    parent_key = models.CharField(max_length=16, blank=True)
    name = models.CharField(max_length=500)
    kind = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=TraceState.choices, default=TraceState.UNKNOWN)
    started_ns = models.BigIntegerField()
    """Since 1970, as is the end."""
    ended_ns = models.BigIntegerField(null=True)
    content = OrderedJSONField()
    """formats.spans.Span as it was told."""
    text = models.TextField(blank=True)
    """Its name and attributes, for searches in them."""

    class Meta:
        ordering = ["started_ns", "pk"]
        constraints = [models.UniqueConstraint(fields=["trace", "key"], name="one_span_key_per_trace")]
        indexes = [models.Index(fields=["name"], name="span_name")]


class AssessmentKind(models.TextChoices):
    FEEDBACK = "feedback", _("Feedback")
    EXPECTATION = "expectation", _("Expectation")


class Assessment(models.Model):
    """What somebody says of a trace or of one span of it: how good it was, or what should have come out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="+")
    span_key = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=12, choices=AssessmentKind.choices)
    name = models.CharField(max_length=500)
    value = models.JSONField(null=True)
    text = models.TextField(blank=True)
    """The value as a text, and as a number where it is one: for searches."""
    number = models.FloatField(null=True)
    source_kind = models.CharField(max_length=40)
    """`HUMAN`, `CODE` or `LLM_JUDGE`."""
    source = models.CharField(max_length=500, blank=True)
    rationale = models.TextField(blank=True)
    error = models.JSONField(null=True)
    metadata = models.JSONField(default=dict)
    overrides = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    is_valid = models.BooleanField(default=True)
    """False once another one overrides it."""
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["kind", "name"], name="assessment_name")]

    def __str__(self) -> str:
        return self.name


class TraceFile(models.Model):
    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=500)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    size_bytes = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["path"]
        constraints = [models.UniqueConstraint(fields=["trace", "path"], name="one_trace_path")]
