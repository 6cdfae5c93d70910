"""The number that a project's next run gets: one that was given is never given again, also after its run is gone."""

from __future__ import annotations

from django.db.models import Max

from mlops.access.models import Project
from mlops.runs.models import Run, Tombstone


def next_number(project: Project) -> int:
    """Within a transaction; the project's row is locked until its end, though not for those that name it: who records
    an event holds the chain, which this transaction needs as well, and names the project."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    known = (
        kind.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0 for kind in (Run, Tombstone)
    )
    return max(known) + 1
