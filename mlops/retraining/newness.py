"""How much data is new since the attempt before."""

from __future__ import annotations

from datetime import datetime

from mlops.collected.reading import count_window
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.datasets.sharing import dataset_named
from mlops.deployments.models import Endpoint
from mlops.retraining.models import Attempt, Policy, Stage


def new_collected(policy: Policy, endpoint: Endpoint, *, now: datetime) -> int:
    """Collected rows since the attempt before that got so far as to train; all of them where there was none."""
    before = Attempt.objects.filter(policy=policy, run__isnull=False).order_by("-number").first()
    return count_window(endpoint, start=before.created_at if before else None, end=now).rows


def newest(policy: Policy, dataset: str) -> DatasetVersion | None:
    rows = DatasetVersion.objects.filter(dataset=dataset_named(policy.project, dataset), state=VersionState.READY)
    return rows.select_related("dataset").order_by("-number").first()


def new_rows(policy: Policy, dataset: str) -> int:
    """Rows that the newest version has more than the one which was trained on last; all of them where none was. A
    version that has fewer rows, or as many, counts as new as a whole: it is other data."""
    now = newest(policy, dataset)
    if now is None:
        return 0
    trained = (
        Attempt.objects.filter(policy=policy, data_label__startswith=f"{now.dataset.name}:", data_rows__isnull=False)
        .exclude(stage__in=(Stage.SKIPPED, Stage.FAILED, Stage.CANCELLED))
        .order_by("-number")
        .first()
    )
    rows = now.row_count or 0
    if trained is None:
        return rows
    if trained.data_label == str(now):
        return 0
    return rows - (trained.data_rows or 0) if rows > (trained.data_rows or 0) else rows
