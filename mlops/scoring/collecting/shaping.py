"""What was noted becomes columns of plain values, redacted: the only form in which it is written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from mlops.formats.spool import Columns
from mlops.scoring.collecting.note import Body, Form, Loose
from mlops.scoring.collecting.redacting import Redactor
from mlops.scoring.collecting.tables import table_of, widened

TEXT, SIZE, DIGEST = "text", "size_bytes", "digest"
"""Columns of what has no rows: its text, or else how large it was and which."""
_PLAIN = frozenset((bool, int, float, str, type(None)))


def shaped(form: Form, redactor: Redactor) -> Columns:
    if isinstance(form, Body):
        return _of_body(form, redactor)
    if isinstance(form, Loose):
        return _of_value(form.value, form.name, redactor)
    return _plain(redactor.columns(form))


def _of_body(body: Body, redactor: Redactor) -> Columns:
    if not body.content:
        return {}
    try:
        value = msgspec.json.decode(body.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _of_bytes(body, redactor)
    return _of_value(value, body.name, redactor)


def _of_value(value: Any, name: str, redactor: Redactor) -> Columns:
    table = table_of(value, name=name)
    if table is None:
        return {TEXT: [msgspec.json.encode(redactor.value(value)).decode()]}
    return _plain(redactor.columns(widened(table)))


def _of_bytes(body: Body, redactor: Redactor) -> Columns:
    """Text in which nothing has to be found and hidden is kept as it is."""
    kind = body.content_type.partition(";")[0].strip().lower()
    is_text = kind.startswith("text/") or kind in ("", "application/json", "application/xml")
    if is_text and not redactor.is_needed:
        try:
            return {TEXT: [body.content.decode()]}
        except UnicodeDecodeError:
            pass
    return {SIZE: [len(body.content)], DIGEST: [redactor.digest(body.content)]}


def _plain(columns: Columns) -> Columns:
    """Dates are in UTC; lists and objects in a cell become JSON text."""
    for name, values in columns.items():
        if not _PLAIN.issuperset(map(type, values)):
            columns = {**columns, name: [_cell(value) for value in values]}
    return columns


def _cell(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return msgspec.json.encode(value).decode()
