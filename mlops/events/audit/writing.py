"""The audit trail as JSON lines: a first line about the file, one an event, a last line with their number and the head.

`mlops/formats/verify_audit.py` proves it, with Python alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from django.db.models import QuerySet
from django.utils import timezone

from mlops.events.chain import GENESIS, content_of
from mlops.events.models import Event
from mlops.formats import verify_audit

AT_ONCE = 1000
VERIFIER = Path(verify_audit.__file__)


def written(rows: QuerySet[Event], *, scope: str) -> Iterator[bytes]:
    """Oldest first, in pieces. `scope`: `server`, where `rows` are all events of a span of time, else what they are.

    Events that come while it is written are not in it."""
    last = rows.order_by("-seq").first()
    rows = rows.filter(seq__lte=last.seq if last else 0).order_by("seq")
    first = rows.first()
    about = {"format": verify_audit.FORMAT, "scope": scope, "written_at": timezone.now().isoformat()}
    about["after"] = first.previous_hash if first else GENESIS
    yield msgspec.json.encode(about) + b"\n"
    count, seq, head = 0, 0, about["after"]
    while page := list(rows.filter(seq__gt=seq)[:AT_ONCE]):
        yield b"".join(_line(event) for event in page)
        count, seq, head = count + len(page), page[-1].seq, page[-1].hash
    yield msgspec.json.encode({"end": {"events": count, "head": head}}) + b"\n"


def _line(event: Event) -> bytes:
    told = {"seq": event.seq, "hash": event.hash, "content": content_of(event).decode()}
    return msgspec.json.encode(told) + b"\n"
