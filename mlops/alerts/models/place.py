"""How far a regular reader of the events has come."""

from __future__ import annotations

from django.db import models


class ReadingPlace(models.Model):
    """One row a reader. Events are numbered in the order of their commits, so that none is skipped."""

    reader = models.CharField(max_length=30, primary_key=True)
    seq = models.BigIntegerField(default=0)
