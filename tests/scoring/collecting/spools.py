"""What a server under test collected."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from mlops.formats.collection import Collecting, CollectionSettings
from mlops.formats.spool import Record, read_segment
from mlops.scoring.spool.folder import held, read
from tests.scoring.running import wait_for

KEY = "the deployment's key"


def collecting(spool: Path, **settings: Any) -> Collecting:
    return Collecting(
        settings=CollectionSettings(is_enabled=True, **settings),
        folder=str(spool),
        secret="s3cret",
        key_digest=sha256(KEY.encode()).hexdigest(),
    )


def records(spool: Path) -> list[Record]:
    """Of all sealed segments, the oldest first."""
    return [one for segment in held(spool) for one in read_segment(read(spool, segment.name)).records]


def eventually(spool: Path, count: int) -> list[Record]:
    """Once there are so many: a segment is sealed after a second."""
    wait_for(lambda: len(records(spool)) >= count, seconds=15)
    found = records(spool)
    assert len(found) == count, found
    return found
