"""Many small parts of a day become fewer large ones, in the background: sixteen of a level make one of the next."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from mlops.collected.children import ask_tables
from mlops.collected.keeping import keep_part_file, touch
from mlops.collected.models import Part
from mlops.collected.reading import columns_of, fetched
from mlops.packaging.scratch import scratch

TOGETHER = 16
MOST_TOGETHER = 256
MOST_ROWS = 2_000_000
"""Of a part: a larger one is left alone."""
YOUNG = timedelta(seconds=10)
GROUP = ("endpoint", "kind", "deployment", "model", "day", "designations", "level")


def compact_due(*, groups: int = 20) -> int:
    """How many parts were made."""
    old = Part.objects.filter(created_at__lt=timezone.now() - YOUNG, row_count__lt=MOST_ROWS)
    due = old.order_by().values(*GROUP).annotate(parts=Count("pk"), rows=Sum("row_count")).filter(parts__gte=TOGETHER)
    made = 0
    for group in due.order_by("-parts")[:groups]:
        wanted = {name: group[name] for name in GROUP}
        made += compact(list(old.filter(**wanted).order_by("first_at", "pk")[:MOST_TOGETHER]))
    return made


def compact(parts: list[Part]) -> int:
    """1 where these became one; 0 where another worker, or a deletion, was first."""
    parts = _fitting(parts)
    if len(parts) < 2:
        return 0
    folder = Path(tempfile.mkdtemp(prefix="collected-", dir=scratch()))
    try:
        try:
            files = fetched(parts, folder)
        except FileNotFoundError:
            return 0
        target = folder / "together.parquet"
        told = ask_tables("compact", folder=folder, parts=files, target=str(target))
        if told["rows"] != sum(part.row_count for part in parts):
            raise RuntimeError(f"{told['rows']} rows were written in place of {[part.pk for part in parts]}")
        blob = keep_part_file(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    first = parts[0]
    with transaction.atomic():
        gone, _by_model = Part.objects.filter(pk__in=[part.pk for part in parts]).delete()
        if gone != len(parts):
            transaction.set_rollback(True)
            return 0
        touch([part.blob_id for part in parts])
        Part.objects.create(
            endpoint_id=first.endpoint_id,
            kind=first.kind,
            deployment=first.deployment,
            model=first.model,
            day=first.day,
            first_at=min(part.first_at for part in parts),
            last_at=max(part.last_at for part in parts),
            row_count=sum(part.row_count for part in parts),
            request_count=sum(part.request_count for part in parts),
            size_bytes=blob.size_bytes,
            columns=columns_of(parts),
            minutes=_minutes(parts),
            designations=first.designations,
            level=first.level + 1,
            blob=blob,
        )
    return 1


def _fitting(parts: list[Part]) -> list[Part]:
    rows = 0
    found: list[Part] = []
    for part in parts:
        rows += part.row_count
        if found and rows > MOST_ROWS:
            break
        found.append(part)
    return found


def _minutes(parts: list[Part]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts:
        for minute, rows in part.minutes.items():
            found[minute] = found.get(minute, 0) + rows
    return found
