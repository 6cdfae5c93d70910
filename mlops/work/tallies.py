"""What happened how often and how long it took, over all processes: gathered here, added to rows now and then."""

from __future__ import annotations

import bisect
import threading
from collections.abc import Iterator

import msgspec
from django.db import transaction

from mlops.formats.prometheus import Family, histogram

BOUNDS = (0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0, 43200.0)
"""Seconds: from a small step to a night of training."""
HELP = {
    "mlops_run_seconds": "How long runs took from their start to their end, by kind and how they ended.",
    "mlops_step_seconds": "How long steps took, by how they ended; reused ones are not in it.",
    "mlops_job_seconds": "How long wake-up calls took on workers, by job and whether they failed.",
}


class Sums(msgspec.Struct):
    counts: list[int]
    seconds: float = 0.0


Key = tuple[str, tuple[tuple[str, str], ...]]
_lock = threading.Lock()
_waiting: dict[Key, Sums] = {}


def observe(name: str, seconds: float, **labels: str) -> None:
    """Of one of HELP. Labels have few values: a row stays for each."""
    key = (name, tuple(sorted(labels.items())))
    with _lock:
        sums = _waiting.setdefault(key, Sums([0] * (len(BOUNDS) + 1)))
        sums.counts[bisect.bisect_left(BOUNDS, seconds)] += 1
        sums.seconds += max(seconds, 0.0)


def write() -> None:
    """Adds what this process gathered. What cannot be added now waits for the next time."""
    with _lock:
        taken = dict(_waiting)
        _waiting.clear()
    try:
        _add(taken)
    except Exception:
        with _lock:
            for key, sums in taken.items():
                _merge(_waiting.setdefault(key, Sums([0] * len(sums.counts))), sums)
        raise


def _add(taken: dict[Key, Sums]) -> None:
    from mlops.work.models import Tally

    if not taken:
        return
    with transaction.atomic():
        for (name, labels), sums in sorted(taken.items()):
            place = msgspec.json.encode(dict(labels)).decode()
            row, _made = Tally.objects.select_for_update(no_key=True).get_or_create(name=name, labels=place)
            kept = Sums(row.counts if len(row.counts) == len(sums.counts) else [0] * len(sums.counts), row.seconds)
            _merge(kept, sums)
            Tally.objects.filter(pk=row.pk).update(counts=kept.counts, seconds=kept.seconds)


def _merge(into: Sums, other: Sums) -> None:
    into.counts = [one + more for one, more in zip(into.counts, other.counts, strict=True)]
    into.seconds += other.seconds


def families() -> Iterator[Family]:
    from mlops.work.models import Tally

    rows = list(Tally.objects.all())
    for name, help in HELP.items():
        samples = [
            sample
            for row in rows
            if row.name == name
            for sample in histogram(
                msgspec.json.decode(row.labels), bounds=BOUNDS, counts=row.counts, total=row.seconds
            )
        ]
        yield Family(name=name, help=help, kind="histogram", samples=samples)
