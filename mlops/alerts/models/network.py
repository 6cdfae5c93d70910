"""A host, an address or a network besides the public ones that an administrator lets alerts reach."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AllowedNetwork(models.Model):
    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=253, unique=True)
    """Such as `hooks.local`, `10.0.0.7` or `10.1.0.0/16`; in lower case."""
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
