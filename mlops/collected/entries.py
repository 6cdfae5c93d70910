"""Records of the spool as entries: with a whole time, a short key, and columns that are all of one length."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from mlops.collected.sheets import Entry
from mlops.formats.spool import Record


def entry_of(record: Record) -> Entry:
    return Entry(
        request_id=record.request_id,
        correlation_id=record.correlation_id,
        at=datetime.fromtimestamp(record.at / 1_000_000, UTC),
        deployment=record.deployment,
        model=record.model,
        key=short_key(record.key),
        values={name: columns for name, columns in record.parts.items() if columns},
        is_mirrored=record.is_mirrored,
    )


def short_key(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "little", signed=True)


def single(entries: Iterable[Entry], known: set[int]) -> list[Entry]:
    """Each key once, and none that is known; `known` grows by them."""
    found = []
    for entry in entries:
        if entry.key not in known:
            known.add(entry.key)
            found.append(entry)
    return found
