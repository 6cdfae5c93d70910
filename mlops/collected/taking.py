"""Takes sealed segments in, each exactly once: its name and the parts made of it are kept in one transaction, and only
then is it discarded where it came from. Killed at any moment, the next look goes on where the rows say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction

from mlops.collected.entries import entry_of, single
from mlops.collected.keys import known_near, remember
from mlops.collected.leases import renew
from mlops.collected.models import Intake, Part, Segment
from mlops.collected.parts import write_parts
from mlops.collected.sheets import Entry, Key, Sheet, laid_out
from mlops.deployments.spools import Source
from mlops.formats.refusal import Refusal
from mlops.formats.spool import read_segment

BATCH_BYTES, BATCH_SEGMENTS = 8 * 1024**2, 200
"""What is in memory at once, as segments; as rows it is several times that."""
SHOWN_ROWS = 20


class Taken(msgspec.Struct, kw_only=True):
    rows: int = 0
    requests: int = 0
    dropped: int = 0
    dropped_why: str = ""
    last_at: datetime | None = None
    recent: list[dict[str, Any]] = []
    """Newest first."""
    faults: list[str] = []


def take(intake: Intake, source: Source) -> Taken:
    """All that is sealed there now, as long as the lease of `intake` is the caller's. Raises Refusal where the source
    cannot be asked; what was taken before stays."""
    taken, deployment_id = Taken(), intake.deployment_id
    held = source.held()
    names = [one.name for one in held]
    known = Segment.objects.filter(deployment_id=deployment_id, name__in=names)
    damaged = dict(known.values_list("name", "fault"))
    for one, fault in damaged.items():
        if fault:
            taken.faults.append(f"{one}: {fault}")
        else:
            source.discard(one)
    sizes = {one.name: one.size_bytes for one in held if one.name not in damaged}
    for batch in _batches(sizes):
        _take_batch(intake, source, batch, taken)
    return taken


def _take_batch(intake: Intake, source: Source, names: Sequence[str], taken: Taken) -> None:
    deployment_id = intake.deployment_id
    entries: list[Entry] = []
    segments: list[Segment] = []
    dropped, why = 0, ""
    for one in names:
        try:
            content = source.read(one)
        except Refusal as refusal:
            if refusal.code == "segment_gone":  # another worker was first
                continue
            raise
        fault = ""
        try:
            found = read_segment(content)
        except (ValueError, msgspec.MsgspecError) as error:
            segments.append(Segment(deployment_id=deployment_id, name=one, fault=str(error)))
            continue
        if found.torn_bytes:
            fault = f"{found.torn_bytes} bytes at its end cannot be read."
        rows = [entry_of(record) for record in found.records if not record.dropped]
        dropped += sum(record.dropped for record in found.records)
        why = next((record.reason for record in reversed(found.records) if record.dropped), why)
        segments.append(
            Segment(
                deployment_id=deployment_id, name=one, fault=fault, row_count=sum(entry.row_count for entry in rows)
            )
        )
        entries += rows
    fresh = single(entries, known_near(intake, entries)) if entries else []
    sheets = laid_out(fresh)
    if not _kept(intake, segments, fresh, sheets):
        return
    for segment in segments:
        if segment.fault:
            taken.faults.append(f"{segment.name}: {segment.fault}")
        else:
            source.discard(segment.name)
    taken.dropped += dropped
    taken.dropped_why = why or taken.dropped_why
    _tell(taken, fresh, sheets)


def _kept(intake: Intake, segments: Sequence[Segment], fresh: Sequence[Entry], sheets: dict[Key, Sheet]) -> bool:
    """False where another worker has taken over meanwhile."""
    parts = write_parts(intake.endpoint, sheets)
    try:
        with transaction.atomic():
            if not renew(intake):
                return False
            Segment.objects.bulk_create(segments)
            Part.objects.bulk_create(parts)
            if fresh:
                remember(intake.deployment_id, fresh)
    except IntegrityError:
        return False
    return True


def _tell(taken: Taken, fresh: Sequence[Entry], sheets: dict[Key, Sheet]) -> None:
    taken.requests += len(fresh)
    for key, sheet in sheets.items():
        if key.kind != "rows":
            continue
        taken.rows += len(sheet)
        taken.recent = sorted(
            [*sheet.last(SHOWN_ROWS), *taken.recent], key=lambda row: (row["at"], row["row"]), reverse=True
        )[:SHOWN_ROWS]
        last = max(sheet.at)
        taken.last_at = max(last, taken.last_at) if taken.last_at else last


def _batches(sizes: dict[str, int]) -> Iterator[list[str]]:
    batch: list[str] = []
    total = 0
    for name, size in sizes.items():
        if batch and (total + size > BATCH_BYTES or len(batch) == BATCH_SEGMENTS):
            yield batch
            batch, total = [], 0
        batch.append(name)
        total += size
    if batch:
        yield batch
