"""The jobs: import one version, and look regularly for what waits or lost its worker."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from mlops.datasets import importing
from mlops.datasets.models import Upload
from mlops.work.calls import every, job, later

UPLOADS_KEPT = timedelta(days=7)


@job("datasets.import")
def import_version(version_id: str) -> None:
    importing.import_version(version_id)
    following = importing.waiting().values_list("pk", flat=True).first()
    if following is not None and str(following) != version_id:
        later("datasets.import", following)


@every(15, "datasets.sweep")
def sweep() -> None:
    importing.give_up()
    for version_id in importing.waiting().values_list("pk", flat=True)[: importing.AT_ONCE]:
        later("datasets.import", version_id)
    Upload.objects.filter(created_at__lt=timezone.now() - UPLOADS_KEPT).delete()
