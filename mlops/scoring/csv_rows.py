"""CSV with a header line, as MLflow's /invocations takes it: texts become values of the signature's types."""

from __future__ import annotations

import csv
import io
from typing import Any

from mlops.formats.model import Signature
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.scoring.batch import Columns
from mlops.scoring.validation import EXPECTED

KIND = "text/csv"
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def columns_of(body: bytes, signature: Signature | None) -> tuple[Columns, int]:
    """Columns and the number of rows. An empty cell is missing; without a signature the form tells what is a number."""
    try:
        lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refusal(
            "broken_csv",
            _("The body is no CSV: %(error)s.") % {"error": error},
            hint=_("Send UTF-8 with a header line."),
        ) from None
    lines = [line for line in lines if line]
    if not lines:
        raise Refusal("broken_csv", _("The body has no header line."), hint=_("The first line names the columns."))
    names, rows = [name.strip() for name in lines[0]], lines[1:]
    for place, row in enumerate(rows):
        if len(row) != len(names):
            message = _("row %(place)s has %(count)s values where the header names %(count_2)s columns.") % {
                "place": place + 1,
                "count": len(row),
                "count_2": len(names),
            }
            raise Refusal("wrong_width", message, status=422, where=Where(row=place))
    columns: Columns = {}
    for place, name in enumerate(names):
        field = signature.input(name) if signature else None
        kind = field.type if field else ""
        columns[name] = [_value(row[place], kind, row=index, column=name) for index, row in enumerate(rows)]
    return columns, len(rows)


def _value(text: str, kind: str, *, row: int, column: str) -> Any:
    if text == "":
        return None
    try:
        if kind == "integer":
            return int(text) if text.lstrip("+-").isdecimal() else _whole(text)
        if kind == "decimal":
            return float(text)
        if kind == "boolean":
            return _BOOLEANS[text.strip().lower()]
        return text if kind else _guessed(text)
    except (ValueError, KeyError):
        message = f"row {row + 1}, column '{column}': expected {EXPECTED[kind]}, got '{text}'."
        raise Refusal("wrong_type", message, status=422, where=Where(row=row, column=column, value=text)) from None


def _whole(text: str) -> int:
    number = float(text)
    if not number.is_integer():
        raise ValueError
    return int(number)


def _guessed(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
