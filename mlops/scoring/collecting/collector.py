"""Decides which requests are kept, and has them written before they are answered.

A request is chosen by its head: consent, then the share by its request id, so that every server chooses the same.
Refused and failed requests are not kept."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from mlops.formats.collection import (
    CALL_HEADER,
    COLLECTED_HEADER,
    CONSENT_HEADER,
    CORRELATION_HEADER,
    Collecting,
    CollectionSettings,
)
from mlops.formats.serving import Serving
from mlops.formats.spool import INPUTS, PREDICTIONS, Columns, Record, frame
from mlops.scoring.collecting.note import Form, Gathered, Note
from mlops.scoring.collecting.redacting import Redactor
from mlops.scoring.collecting.shaping import shaped
from mlops.scoring.spool.writer import Spool

_CONSENT, _CALL, _CORRELATION = CONSENT_HEADER.encode(), CALL_HEADER.encode(), CORRELATION_HEADER.encode()
_COLLECTED = COLLECTED_HEADER.encode()
KEPT, NOT_KEPT = (_COLLECTED, b"1"), (_COLLECTED, b"0")
_NO = (b"no", b"0", b"false", b"off")
_YES = (b"yes", b"1", b"true", b"on")
_MOST_ID = 200

Headers = Mapping[bytes, bytes]


class Collector:
    """Raises OSError where its spool cannot be had."""

    def __init__(self, serving: Serving, collecting: Collecting) -> None:
        self._settings = collecting.settings
        self._serving = serving
        self._redactor = Redactor(self._settings.redact, secret=collecting.secret)
        empty = Record(
            at=0, key="", request_id="", correlation_id="", endpoint=serving.endpoint, deployment=serving.deployment,
            model=serving.model, parts={},
        )  # fmt: skip
        self.spool = Spool(Path(collecting.folder), most_bytes=self._settings.most_spool_bytes, empty=empty)

    def note(self, headers: Headers) -> Note | None:
        """Of a request that begins; None where it is not to be kept. Header names are lower case."""
        said = headers.get(_CONSENT, b"").strip().lower()
        if said in _NO or (self._settings.consent == "asked" and said not in _YES):
            return None
        call = _call(headers)
        if not is_chosen(call[1], self._settings):
            return None
        return Note(call, self, is_mirrored=b"x-mlops-mirrored" in headers)

    def keep(self, notes: Sequence[Note]) -> None:
        """Each has its header then; none where there was nothing to keep. Never raises: the caller is answered in any
        case."""
        framed: list[bytes] = []
        held: list[Note] = []
        for note in notes:
            try:
                found = [frame(record) for record in self._records(note)]
            except Exception as error:
                self.spool.lose(error)
                note.header = NOT_KEPT
                continue
            if found:
                framed += found
                held.append(note)
        if held:
            header = KEPT if self.spool.write(framed) else NOT_KEPT
            for note in held:
                note.header = header

    def _records(self, note: Note) -> list[Record]:
        if note.is_plain and not note.gathered and not self._redactor.is_needed:
            plain: dict[str, Any] = self._first(note)
            return [self._record(note, note.call[0], note.call[2], plain)] if plain else []
        first, others = self._first(note), []
        for one in note.gathered:
            if one.designation in self._settings.left_out:
                continue
            if one.designation not in self._gathered_in(first) and not one.correlation_id:
                first[one.designation] = one
            else:
                others.append(one)
        key, _request_id, correlation_id = note.call
        parts = {name: self._columns(one) for name, one in first.items()}
        kept = {name: columns for name, columns in parts.items() if columns}
        records = [self._record(note, key, correlation_id, kept)] if kept else []
        for place, one in enumerate(others, start=1):
            columns = {one.designation: self._columns(one)}
            records.append(self._record(note, f"{key}.{place}", one.correlation_id or correlation_id, columns))
        return records

    def _first(self, note: Note) -> dict[str, Form | Gathered]:
        wanted = self._settings
        seen = ((INPUTS, note.inputs, wanted.inputs), (PREDICTIONS, note.predictions, wanted.predictions))
        return {name: form for name, form, is_wanted in seen if is_wanted and form}

    @staticmethod
    def _gathered_in(first: Mapping[str, Form | Gathered]) -> set[str]:
        """A script's own inputs stand in place of those that the server saw."""
        return {name for name, one in first.items() if isinstance(one, Gathered)}

    def _columns(self, one: Form | Gathered) -> Columns:
        return shaped(one.columns if isinstance(one, Gathered) else one, self._redactor)

    def _record(self, note: Note, key: str, correlation_id: str, parts: dict[str, Columns]) -> Record:
        return Record(
            at=time.time_ns() // 1000,
            key=key,
            request_id=note.call[1],
            correlation_id=correlation_id,
            endpoint=self._serving.endpoint,
            deployment=self._serving.deployment,
            model=note.model or self._serving.model,
            parts=parts,
            rows=note.rows or max((len(next(iter(one.values()), ())) for one in parts.values()), default=0),
            is_mirrored=note.is_mirrored,
        )


def is_chosen(request_id: str, settings: CollectionSettings) -> bool:
    if settings.share >= 1:
        return True
    digest = blake2b(request_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < settings.share * 2**64


def _call(headers: Headers) -> tuple[str, str, str]:
    """(key, request id, correlation id). The router has checked what it hands on; others' ids are cut."""
    routed = headers.get(_CALL)
    key = _text(routed) if routed else f"{random.getrandbits(128):032x}"
    request_id = _text(headers.get(b"x-request-id", b"")) or key
    told = headers.get(_CORRELATION) or headers.get(b"x-correlation-id")
    if not told and not routed:
        told = headers.get(b"traceparent", b"").partition(b"-")[2][:32]
    return key, request_id, _text(told) if told else request_id


def _text(value: bytes) -> str:
    return value[:_MOST_ID].decode("latin-1")
