"""Events as lines: JSON (CloudEvents, one a line) or CSV, oldest first, as a stream."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import msgspec
from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from mlops.alerts.envelopes.cloudevents import form
from mlops.events.models import Event
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spreadsheet import harmless

COLUMNS = ("sequence", "id", "time", "type", "subject", "source", "actor", "reason", "data")
FORMATS = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
AT_ONCE = 1000


def exported(rows: QuerySet[Event], kind: str) -> Iterator[bytes]:
    """Raises Refusal `format_unknown`."""
    if kind not in FORMATS:
        hint = nearest(kind, FORMATS) or _("There are: jsonl, csv.")
        raise Refusal(
            "format_unknown",
            _("There is no format “%(kind)s”.") % {"kind": kind},
            hint=hint,
            where=Where(parameter="format"),
        )
    return _pieces(rows.order_by("seq"), _lines if kind == "jsonl" else _table)


def streamed(request: Any, rows: QuerySet[Event], kind: str) -> StreamingHttpResponse:
    """A file to be kept. Under ASGI each piece is fetched when the one before was taken."""
    return as_file(request, exported(rows, kind), name=f"events.{kind}", content_type=FORMATS[kind])


def as_file(request: Any, pieces: Iterator[bytes], *, name: str, content_type: str) -> StreamingHttpResponse:
    is_async = hasattr(getattr(request, "_request", request), "scope")
    answer = StreamingHttpResponse(_flow(pieces) if is_async else pieces, content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


async def _flow(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await sync_to_async(_next)(pieces)) is not None:
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)


def _pieces(rows: QuerySet[Event], write: Callable[[list[Event], bool], bytes]) -> Iterator[bytes]:
    """Each of its own query, so that none is open between them."""
    page = list(rows[:AT_ONCE])
    yield write(page, True)
    while len(page) == AT_ONCE:
        page = list(rows.filter(seq__gt=page[-1].seq)[:AT_ONCE])
        yield write(page, False)


def _lines(rows: list[Event], is_first: bool) -> bytes:
    return b"".join(msgspec.json.encode(form(row)) + b"\n" for row in rows)


def _table(rows: list[Event], is_first: bool) -> bytes:
    page = io.StringIO()
    writer = csv.writer(page)
    if is_first:
        writer.writerow(COLUMNS)
    for row in rows:
        told = form(row) | {"data": msgspec.json.encode(row.data).decode()}
        writer.writerow([harmless(str(told[name])) for name in COLUMNS])
    return page.getvalue().encode()
