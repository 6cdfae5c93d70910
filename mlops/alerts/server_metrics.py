"""Numbers of the server itself that rules may watch."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.alerts import metrics, subjects
from mlops.alerts.metrics import Point, Series


def register() -> None:
    subjects.register("server", lambda project, rest: subjects.About(title=str(_("This server"))))
    metrics.register(
        "disk_free", title=_("free share of the disk"), of=_("this server"), unit="share", measure=_disk,
        keeps_history=False, aggregation="last", example=0.1, help=_("Of the disk that the data directory is on."),
    )  # fmt: skip


def _disk(project: Project, start: datetime, end: datetime) -> Iterable[Series]:
    usage = shutil.disk_usage(settings.DATA_DIR)
    yield Series("server/disk", (Point(timezone.now(), usage.free / usage.total),), title=str(_("This server")))
