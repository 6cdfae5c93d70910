"""What waits: wake-up calls at the broker, and work that waits as rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.administration.system.standing import Standing
from mlops.alerts.models import Delivery, DeliveryState, Notification, NotificationState
from mlops.batch.models import MiniBatch, MiniBatchState
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.environments.models import Environment, EnvironmentState
from mlops.explanations.models import Explanation, ExplanationState
from mlops.imports.models import Import, ImportState
from mlops.monitoring.models import Look, LookState
from mlops.packaging.models import Conversion, ConversionState, Image, ImageState
from mlops.runs.models import Run, RunKind, RunState, Step, StepState

LONG = timedelta(minutes=15)
QUEUE = "mlops"
BROKER_SECONDS = 2.0


class QueueLine(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    waiting: int | None
    """None where the broker does not say."""
    oldest_at: datetime | None
    standing: Standing


def queues(now: datetime | None = None) -> list[QueueLine]:
    now = now or timezone.now()
    return [calls(now), *rows(now)]


def rows(now: datetime) -> list[QueueLine]:
    """What waits as rows, without the broker's calls."""
    return [_rows(name, now) for name in WAITING]


WAITING: dict[str, Callable[[], tuple[str, QuerySet[Any], str]]] = {
    "runs": lambda: (_("Runs"), Run.kept.filter(state=RunState.QUEUED).exclude(kind=RunKind.TRACKED), "state_since"),
    "steps": lambda: (_("Steps of runs"), Step.objects.filter(state=StepState.QUEUED), "state_since"),
    "mini-batches": lambda: (
        _("Mini-batches"),
        MiniBatch.objects.filter(state=MiniBatchState.WAITING, job__run__ended_at=None),
        "job__created_at",
    ),
    "imports": lambda: (_("Imports"), Import.objects.filter(state=ImportState.QUEUED), "created_at"),
    "datasets": lambda: (
        _("Datasets that are read"), DatasetVersion.objects.filter(state=VersionState.IMPORTING), "created_at",
    ),
    "environments": lambda: (
        _("Environments to build"), Environment.objects.filter(state=EnvironmentState.WAITING), "created_at",
    ),
    "conversions": lambda: (
        _("Conversions to ONNX"), Conversion.objects.filter(state=ConversionState.QUEUED), "created_at",
    ),
    "images": lambda: (_("Images to build"), Image.objects.filter(state=ImageState.QUEUED), "created_at"),
    "looks": lambda: (_("Looks of monitors"), Look.objects.filter(state=LookState.QUEUED), "created_at"),
    "explanations": lambda: (
        _("Explanations"), Explanation.objects.filter(state=ExplanationState.QUEUED), "created_at",
    ),
    "notifications": lambda: (
        _("Notifications"),
        Notification.objects.filter(state=NotificationState.WAITING, due_at__lte=timezone.now()),
        "due_at",
    ),
    "deliveries": lambda: (
        _("Events to subscribers"),
        Delivery.objects.filter(state=DeliveryState.WAITING, next_at__lte=timezone.now()),
        "next_at",
    ),
}  # fmt: skip
"""Name to title, what waits, and since when one does."""


def _rows(name: str, now: datetime) -> QueueLine:
    title, waiting, since = WAITING[name]()
    found = waiting.order_by().aggregate(count=Count("pk"), oldest=Min(since))
    return _line(name, title, found["count"], found["oldest"], now)


def _line(name: str, title: str, waiting: int, oldest: datetime | None, now: datetime) -> QueueLine:
    standing = Standing(state="ok", since=oldest)
    if oldest is not None and now - oldest > LONG:
        standing = Standing(
            state="warning",
            why=_("The oldest waits for more than a quarter of an hour."),
            since=oldest,
            remedy=_("See whether a worker runs and has a free place."),
        )
    return QueueLine(name=name, title=title, waiting=waiting, oldest_at=oldest, standing=standing)


def calls(now: datetime) -> QueueLine:
    title = _("Wake-up calls at the broker")
    if not settings.CELERY_BROKER_URL:
        waiting, oldest = _in_folder(Path(settings.DATA_DIR) / "broker" / "queue")
        return _line("calls", title, waiting, oldest, now)
    try:
        return _line("calls", title, _at_broker(), None, now)
    except Exception as error:  # any broker's own error class
        standing = Standing(
            state="bad",
            why=_("The broker does not answer: %s") % error,
            remedy=_("Start it, or correct MLOPS_BROKER_URL. Nothing is lost: regular looks find the work."),
        )
        return QueueLine(name="calls", title=title, waiting=None, oldest_at=None, standing=standing)


def _in_folder(folder: Path) -> tuple[int, datetime | None]:
    """The files' names begin with when they were written, in nanoseconds."""
    try:
        names = sorted(path.name for path in folder.iterdir() if path.suffix == ".msg" and path.name[0].isdigit())
    except FileNotFoundError:
        names = []
    begun = names[0].partition("_")[0] if names else ""
    return len(names), datetime.fromtimestamp(int(begun) / 1e9, UTC) if begun.isdigit() else None


def _at_broker() -> int:
    from mlops.celery import app

    with app.connection_for_read(connect_timeout=BROKER_SECONDS) as link:
        link.ensure_connection(max_retries=0, timeout=BROKER_SECONDS)
        channel: Any = link.default_channel
        return int(channel.queue_declare(queue=QUEUE, durable=True, passive=True).message_count)
