"""Parts are put together, expire and leave nothing behind; windows are counted without reading them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.blobs.models import Blob
from mlops.blobs.stores import store
from mlops.collected import compacting, keeping, retention, tasks
from mlops.collected.models import Part
from mlops.collected.reading import count_window, fetch_window
from tests.collected.spooled import NOON, recorded, spooled

pytestmark = pytest.mark.django_db


def collected(deployment, count: int, *, at=NOON, step=timedelta(seconds=30)) -> None:
    """One part a request."""
    for number in range(count):
        spooled(deployment, recorded(deployment, request_id=f"r{number}", at=at + number * step))
        tasks.look()


def test_sixteen_small_parts_become_one_with_the_same_rows(blue, endpoint, tmp_path):
    collected(blue, 17)
    Part.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    before = count_window(endpoint)
    assert compacting.compact_due() == 1
    assert (Part.objects.count(), Part.objects.get().level, count_window(endpoint)) == (1, 1, before)
    assert fetch_window(endpoint, folder=tmp_path, start=None, end=None).rows == 17
    assert keeping.remove_forsaken(grace=timedelta(0)) == 17
    assert store().exists(Part.objects.get().blob_id)
    assert Blob.objects.filter(pk=Part.objects.get().blob_id).exists()


def test_a_part_that_was_deleted_meanwhile_is_not_put_together(blue):
    collected(blue, 3)
    parts = list(Part.objects.all())
    parts[0].delete()
    assert compacting.compact(parts) == 0
    assert Part.objects.count() == 2


def test_a_window_is_counted_by_the_minute_without_reading(blue, endpoint, tmp_path):
    collected(blue, 8)
    Part.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    compacting.compact(list(Part.objects.all()))
    start, end = NOON + timedelta(minutes=1), NOON + timedelta(minutes=3)
    assert count_window(endpoint, start=start, end=end).rows == 4
    assert fetch_window(endpoint, folder=tmp_path, start=start, end=end).rows == 4
    assert count_window(endpoint, deployments=("green",)).rows == 0


def test_rows_go_when_they_are_older_than_their_deployment_keeps_them(make, endpoint):
    blue, green = make("blue", retention_days=1), make("green", retention_days=None)
    for deployment in (blue, green):
        collected(deployment, 2)
    collected(blue, 1, at=timezone.now())
    assert retention.remove_old(timezone.now()) == 2
    assert sorted(Part.objects.values_list("deployment", flat=True)) == ["blue", "green", "green"]
    assert keeping.remove_forsaken(grace=timedelta(0)) == 2


def test_bytes_of_a_part_that_never_came_to_be_are_removed(blue, tmp_path):
    (tmp_path / "part").write_bytes(b"of a worker that died here")
    blob = keeping.keep_part_file(tmp_path / "part")
    assert keeping.remove_forsaken() == 0
    assert keeping.remove_forsaken(grace=timedelta(0)) == 1
    assert not store().exists(blob.pk)
