"""One row a tag; an object has each key once."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Left


class Tag(models.Model):
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.CharField(max_length=40)
    key = models.CharField(max_length=250)
    value = models.TextField(blank=True)

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["content_type", "object_id", "key"], name="one_value_per_key")]
        indexes = [models.Index("content_type", "key", Left("value", 200), "object_id", name="tag_value_object")]
