"""How one person wishes to be told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Digest(models.TextChoices):
    OFF = "off", _("each alert at once")
    HOURLY = "hourly", _("a summary every hour")
    DAILY = "daily", _("a summary every day")
    WEEKLY = "weekly", _("a summary every week")


class Preference(models.Model):
    """Who has no row is told as the defaults here say."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", primary_key=True
    )
    time_zone = models.CharField(max_length=60, default="UTC")
    email = models.EmailField(blank=True)
    email_confirmed_at = models.DateTimeField(null=True)
    """Mail goes to confirmed addresses only."""
    least = models.JSONField(default=dict)
    """Way (`in_app`, `email`, or the id of a personal channel) to the least severity that is told, or `off`."""
    silenced = models.JSONField(default=list)
    """Kinds of thing (`run`, `deployment`, `metric`, …) that this person is never told of."""
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    """Local times; what comes between them waits for the end. May span midnight."""
    critical_breaks_quiet = models.BooleanField(default=True)
    digest = models.CharField(max_length=10, choices=Digest.choices, default=Digest.OFF)
    """Of mail and personal channels; the inbox always shows all at once."""
    digest_at = models.TimeField(default="08:00")
    digest_day = models.PositiveSmallIntegerField(default=0)
    """Of the weekly one; 0 is Monday."""
    updated_at = models.DateTimeField(auto_now=True)
