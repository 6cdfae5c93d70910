"""How much of a kind a project or a person may have; a row without one holds for all that have none of their own."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from mlops.access.models import Project


class Quota(models.Model):
    project = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    """Of quotas.kinds."""
    most = models.PositiveBigIntegerField(null=True)
    """None: no limit, whatever holds for the others."""
    set_at = models.DateTimeField(auto_now=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "kind"], name="one_quota_of_a_kind_per_project"),
            models.UniqueConstraint(fields=["kind"], condition=models.Q(project=None), name="one_default_quota"),
        ]


class PersonQuota(models.Model):
    """Of what a person, or a service account, made in all projects together."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    """Of quotas.kinds, of those that are counted by person."""
    most = models.PositiveBigIntegerField(null=True)
    """None: no limit, whatever holds for the others."""
    set_at = models.DateTimeField(auto_now=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=~models.Q(user=None), name="one_quota_of_a_kind_per_person"
            ),
            models.UniqueConstraint(fields=["kind"], condition=models.Q(user=None), name="one_default_person_quota"),
        ]


class Stored(models.Model):
    """The bytes that a project keeps, as they were counted last, and what came since. Storage alone is kept so: to
    count it is too dear for each file that arrives."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="+")
    counted_bytes = models.BigIntegerField()
    added_bytes = models.BigIntegerField(default=0)
    counted_at = models.DateTimeField()
    seconds = models.FloatField()
    """How long the count took."""

    @property
    def bytes(self) -> int:
        return self.counted_bytes + self.added_bytes
