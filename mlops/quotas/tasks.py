"""What workers do for quotas: count what projects keep."""

from __future__ import annotations

from mlops.access.models import Project
from mlops.quotas.storage import count
from mlops.work.calls import every


@every(3600, "quotas.count_storage")
def count_storage() -> None:
    for project in Project.objects.order_by("pk").iterator():
        count(project)
