"""Collecting garbage, and keeping how many bytes came free."""

from __future__ import annotations

from datetime import timedelta

from mlops.blobs.garbage import Swept, collect
from mlops.events.chain import record
from mlops.events.models import Event

COLLECTED = "mlops.storage.collected"


def collect_and_tell(*, grace: timedelta | None = None) -> Swept:
    done = collect(grace=grace)
    if done.removed:
        told = {
            "removed": done.removed,
            "bytes": done.removed_bytes,
            "waiting": done.condemned,
            "waiting_bytes": done.condemned_bytes,
        }
        record(None, COLLECTED, subject="storage", data=told)
    return done


def last_collection() -> Event | None:
    return Event.objects.filter(type=COLLECTED).order_by("-seq").first()
