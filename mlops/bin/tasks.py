"""The regular job of the recycle bin: rules fill it, what lay there long enough goes, and what was broken off is
finished."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.bin.policies import days_in_bin, policy_of
from mlops.bin.removal import finish_broken_off
from mlops.bin.rules import apply_all
from mlops.bin.shelves import expired
from mlops.formats.refusal import Refusal
from mlops.work.calls import every


@every(3600, "bin.keep")
def keep() -> None:
    apply_all()
    finish_broken_off()
    empty_bins()


def empty_bins() -> None:
    """What has lain in a bin for longer than its project keeps it goes for good. What is refused stays, with why."""
    for project in Project.objects.all():
        days = days_in_bin(policy_of(project))
        if not days:
            continue
        reason = _("In the recycle bin for more than %(days)d days.") % {"days": days}
        for shelf, key in expired(project, timezone.now() - timedelta(days=days)):
            try:
                shelf.carry_out(None, project, key, reason)
            except Refusal as refusal:
                logging.getLogger(__name__).info("%s stays in the recycle bin: %s", key, refusal.message)
