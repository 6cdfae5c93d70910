"""Rows of workers, as their processes write them."""

from __future__ import annotations

from django.utils import timezone

import mlops
from mlops.work.models import Worker

GIB = 2**30


def worker(name: str = "here:1", **facts) -> Worker:
    now = timezone.now()
    usual = {"host": "here", "pid": 1, "version": mlops.__version__, "places": 2, "started_at": now, "seen_at": now}
    usual |= {"slots": 2, "cpus": 2.0, "total_memory_bytes": 4 * GIB, "state_since": now}
    return Worker.objects.create(name=name, **usual | facts)
