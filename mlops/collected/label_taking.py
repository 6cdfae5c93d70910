"""Labels that were sent as rows become parts; and of all labels it is said how many belong to no known request."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence, Set
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from mlops.collected.children import ask_tables
from mlops.collected.label_kinds import as_time
from mlops.collected.label_types import label_types
from mlops.collected.models import LabelPost, Part, PartKind
from mlops.collected.parts import write_parts
from mlops.collected.reading import fetched
from mlops.collected.sheets import Entry, laid_out
from mlops.deployments.models import Endpoint
from mlops.events.chain import notify
from mlops.packaging.scratch import scratch

AT_ONCE = 200
"""Posts."""
PATIENCE = timedelta(seconds=20)
"""Rows become visible some seconds after their request."""
MOST_ROWS = 20_000_000
"""Of the newest rows, which are looked through for the ids."""


def take_posted() -> int:
    """Rows of labels that were laid out; those of several posts to an endpoint together."""
    waiting = posted().order_by("pk").select_related("endpoint__project")
    by_endpoint: dict[object, list[LabelPost]] = {}
    for post in waiting[:AT_ONCE]:
        by_endpoint.setdefault(post.endpoint_id, []).append(post)
    return sum(_take(posts) for posts in by_endpoint.values())


def posted() -> QuerySet[LabelPost]:
    return LabelPost.objects.filter(pending__isnull=False)


def unmatched() -> QuerySet[LabelPost]:
    """Taken in, and not looked at yet."""
    return LabelPost.objects.filter(unmatched__isnull=True, pending__isnull=True)


def _take(posts: Sequence[LabelPost]) -> int:
    endpoint = posts[0].endpoint
    dates = {name for name, kind in label_types(endpoint).items() if kind == "date"}
    sheets = laid_out([entry for post in posts for entry in _entries(post, dates)])
    parts = write_parts(endpoint, sheets)
    with transaction.atomic():
        mine = LabelPost.objects.filter(pk__in=[post.pk for post in posts], pending__isnull=False)
        if mine.update(pending=None, part_ids=[str(part.pk) for part in parts]) != len(posts):
            transaction.set_rollback(True)  # another worker has some of them
            return 0
        Part.objects.bulk_create(parts)
        notify("collected", str(endpoint.pk), project=endpoint.project)
    return sum(part.row_count for part in parts)


def _entries(post: LabelPost, dates: Set[str]) -> list[Entry]:
    """`dates`: columns whose labels are times, which JSON writes as text."""
    return [
        Entry(
            request_id=row.get("request_id", ""),
            correlation_id="" if row.get("request_id") else row["correlation_id"],
            at=post.created_at + timedelta(microseconds=number),
            deployment="",
            model="",
            key=number,
            values={
                "labels": {name: [as_time(value) if name in dates else value] for name, value in row["labels"].items()}
            },
            first_row=row["row"],
        )
        for number, row in enumerate(post.pending or ())
    ]


def match_due(*, patience: timedelta = PATIENCE) -> int:
    """Says of posts that were not looked at how many of their rows belong to no request that is known."""
    due = unmatched().filter(created_at__lt=timezone.now() - patience).select_related("endpoint__project")
    by_endpoint: dict[object, list[LabelPost]] = {}
    for post in due[:AT_ONCE]:
        by_endpoint.setdefault(post.endpoint_id, []).append(post)
    for posts in by_endpoint.values():
        _match(posts)
    return len(due)


def _match(posts: Sequence[LabelPost]) -> None:
    endpoint = posts[0].endpoint
    labels = Part.objects.filter(endpoint=endpoint, kind=PartKind.LABELS)
    labels = labels.filter(last_at__gte=min(post.created_at for post in posts))
    folder = Path(tempfile.mkdtemp(prefix="labels-", dir=scratch()))
    try:
        told = ask_tables(
            "match",
            folder=folder,
            parts=fetched(_newest(endpoint), folder),
            labels=fetched(list(labels), folder),
            windows=[(post.created_at, post.created_at + timedelta(microseconds=post.row_count)) for post in posts],
        )
    except FileNotFoundError:  # parts were put together meanwhile; the next look finds them
        return
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for post, found in zip(posts, told, strict=True):
        LabelPost.objects.filter(pk=post.pk).update(unmatched=found["unmatched"], examples=found["examples"])
    notify("collected", str(endpoint.pk), project=endpoint.project)


def _newest(endpoint: Endpoint) -> list[Part]:
    found, rows = [], 0
    for part in Part.objects.filter(endpoint=endpoint, kind=PartKind.ROWS).order_by("-last_at").iterator():
        found.append(part)
        rows += part.row_count
        if rows > MOST_ROWS:
            break
    return found
