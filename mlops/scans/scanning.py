"""Reads stored bytes that were not read by the rules of today, and writes down what was found."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

import msgspec
from django.db import transaction
from django.utils import timezone

from mlops.blobs.models import Blob
from mlops.scans.child import FILE_SECONDS, read_blobs
from mlops.scans.models import Scan, Turn
from mlops.scans.reading.verdicts import Found
from mlops.scans.rules import RULES

BLOBS_A_CHILD = 500
TURN_SECONDS = 600.0


def scan_waiting(*, seconds: float = 60.0) -> int:
    """How many were read. Ends after about so many seconds; only one worker does it at a time."""
    if not Blob.objects.filter(scanned_by__lt=RULES).exists() or not _take_turn():
        return 0
    count, deadline = 0, time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            found = list(Blob.objects.filter(scanned_by__lt=RULES).values_list("digest", flat=True)[:BLOBS_A_CHILD])
            if not found:
                break
            scan(found)
            count += len(found)
            _take_turn(mine=True)
    finally:
        Turn.objects.filter(pk=1).update(taken_until=timezone.now())
    return count


def scan(digests: Sequence[str], *, seconds: float = FILE_SECONDS) -> None:
    """Those whose bytes are gone count as read: there is nothing in them that could be opened."""
    waiting = set(digests)
    told: list[tuple[str, Found]] = []
    for digest, found in read_blobs(list(digests), seconds=seconds):
        told.append((digest, found))
        waiting.discard(digest)
        if found.verdict != "none" or len(told) >= BLOBS_A_CHILD:
            _keep(told)
            told.clear()
    _keep(told)
    Blob.objects.filter(digest__in=waiting).update(scanned_by=RULES)


def _keep(told: Sequence[tuple[str, Found]]) -> None:
    with transaction.atomic():
        Scan.objects.filter(blob_id__in=[digest for digest, found in told if found.verdict == "none"]).delete()
        for digest, found in told:
            if found.verdict == "none":
                continue
            values = {
                "verdict": found.verdict,
                "findings": msgspec.to_builtins(found.findings),
                "pickles": found.pickles,
                "globals_seen": found.globals_seen,
                "rules": RULES,
            }
            if Blob.objects.filter(digest=digest).exists():
                Scan.objects.update_or_create(blob_id=digest, defaults=values)
        Blob.objects.filter(digest__in=[digest for digest, _found in told]).update(scanned_by=RULES)


def _take_turn(*, mine: bool = False) -> bool:
    now = timezone.now()
    until = now + timedelta(seconds=TURN_SECONDS)
    Turn.objects.get_or_create(pk=1, defaults={"taken_until": now})
    rows = Turn.objects.filter(pk=1) if mine else Turn.objects.filter(pk=1, taken_until__lte=now)
    return bool(rows.update(taken_until=until))
