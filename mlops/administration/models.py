"""What the server measured of itself."""

from __future__ import annotations

from django.db import models


class StorageMeasure(models.Model):
    """How large the data directory was, by its entries. One row: the last one."""

    entries = models.JSONField(default=list)
    """[{"name", "bytes", "files"}]."""
    began_at = models.DateTimeField()
    seconds = models.FloatField()
