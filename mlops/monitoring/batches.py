"""Looks of a monitor whose windows are batches: the numbers in a column, read when a new version came."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from mlops.formats.refusal import Refusal
from mlops.monitoring import cutting, places
from mlops.monitoring.models import LookCause, Monitor, MonitorState
from mlops.monitoring.planning import make_look, new_versions
from mlops.work.calls import later


def named(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def make_batch_looks(monitor_id: Any) -> int:
    """One look for each batch that was not looked at yet; how many. May run twice at once: looks are made once."""
    monitor = Monitor.objects.select_related("project").get(pk=monitor_id)
    version = new_versions(monitor).last()
    if version is None:
        return 0
    folder = Path(tempfile.mkdtemp(prefix=f"batches-{monitor.pk}-", dir=places.scratch()))
    try:
        axis = monitor.wanted.target.axis
        values = cutting.values_in(version, folder, axis=axis, beat=lambda: None)
    except Refusal as refusal:
        told = {"state": MonitorState.TROUBLE, "reason": refusal.message, "hint": refusal.hint}
        Monitor.objects.filter(pk=monitor.pk).update(seen_version=version.number, state_since=timezone.now(), **told)
        return 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    with transaction.atomic():
        row = Monitor.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=monitor.pk)
        made = []
        for value in values:
            look = make_look(
                row, window=f"batch:{named(value)}", start=None, end=version.created_at, cause=LookCause.VERSION
            )
            made += [look] if look else []
        row.seen_version = max(row.seen_version, version.number)
        row.save(update_fields=["last_number", "seen_version"])
        for look in made:
            later("monitoring.look", look.pk)
    return len(made)
