"""Notices live for an hour: an open page that missed more than that loads everything anew anyway."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from mlops.events.models import Notice
from mlops.work.calls import every

KEPT = timedelta(hours=1)


@every(600, "events.prune")
def prune() -> None:
    Notice.objects.filter(at__lt=timezone.now() - KEPT).delete()
