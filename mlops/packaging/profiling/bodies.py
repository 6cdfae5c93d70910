"""Requests to make load with: recorded ones, the input example, or rows of a table. Loads Polars for tables only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.model import Signature
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _

RECORDED_FILE, ROWS_FILE, EXAMPLE_FILE = "requests.jsonl", "rows.parquet", "example.json"
MOST_REQUESTS, MOST_ROWS = 2_000, 5_000
MOST_REQUEST_BYTES = 16 * 1024 * 1024


class Requests(msgspec.Struct, frozen=True, kw_only=True):
    """`source`: in words. Recorded requests are sent as they are, so they have no number of rows (`rows` is None)."""

    source: str
    recorded: tuple[bytes, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()

    @property
    def is_recorded(self) -> bool:
        return bool(self.recorded)

    def bodies(self, rows: int) -> list[bytes]:
        """Different requests of `rows` rows each, as many as the rows give (at most 200); at least one."""
        if self.recorded:
            return list(self.recorded)
        count = max(1, min(200, len(self.rows) // rows))
        return [
            msgspec.json.encode({"data": [self.rows[(start * rows + n) % len(self.rows)] for n in range(rows)]})
            for start in range(count)
        ]


def read_requests(folder: Path, *, signature: Signature | None, column: str = "", takes_rows: bool = False) -> Requests:
    """What lies in the folder: recorded requests, else a table, else an example. Raises Refusal naming the fault.

    `takes_rows`: a model without a signature that answers rows all the same, as one from elsewhere does."""
    if (folder / RECORDED_FILE).is_file():
        return recorded((folder / RECORDED_FILE).read_bytes())
    if (folder / ROWS_FILE).is_file():
        return _table(folder / ROWS_FILE, signature=signature, column=column, takes_rows=takes_rows)
    if (folder / EXAMPLE_FILE).is_file():
        return example(msgspec.json.decode((folder / EXAMPLE_FILE).read_bytes()), signature=signature)
    raise Refusal(
        "no_requests",
        _("There is nothing to ask the model with: it has no input example."),
        hint=_("Name a dataset, or give recorded requests, one a line."),
        status=422,
    )


def recorded(content: bytes) -> Requests:
    """One request a line, as JSON: a text is the request's body (as Azure has them), anything else is itself one."""
    found: list[bytes] = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            raise Refusal(
                "request_unreadable",
                _("Line %(number)s of the recorded requests is not JSON: %(error)s.")
                % {"number": number, "error": error},
                hint=_('Each line is one request, such as {"data": [{"age": 41}]}, or such a request as a JSON text.'),
                status=422,
                where=Where(row=number - 1),
            ) from None
        found.append(value.encode() if isinstance(value, str) else line.strip())
        if len(found) == MOST_REQUESTS:
            break
    if not found:
        raise Refusal(
            "no_requests", _("The file of recorded requests is empty."), hint=_("One request a line."), status=422
        )
    return Requests(source=f"{len(found):,} recorded requests", recorded=tuple(found))


def example(value: Any, *, signature: Signature | None) -> Requests:
    """An input example as it is kept with a model: {"columns", "data"}, {"data"}, rows, or one row."""
    rows = _example_rows(value, signature)
    if rows:
        return Requests(source="the input example", rows=tuple(rows))
    return Requests(source="the input example", recorded=(msgspec.json.encode(value),))


def of_signature(signature: Signature) -> Any:
    """An example out of the typical values that a signature holds; None where a required one has none."""
    if any(field.required and field.example is None for field in signature.inputs):
        return None
    return {"data": [{field.name: field.example for field in signature.inputs}]}


def _example_rows(value: Any, signature: Signature | None) -> list[dict[str, Any]]:
    """Empty where it is no table."""
    if signature is None:
        return []
    names = [field.name for field in signature.inputs]
    if isinstance(value, dict) and isinstance(value.get("dataframe_split"), dict):
        value = value["dataframe_split"]
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        names, value = value.get("columns", names), value["data"]
    elif isinstance(value, dict) and set(value) <= {field.name for field in signature.inputs}:
        value = [value]
    if not isinstance(value, list) or not value:
        return []
    if all(isinstance(row, dict) for row in value):
        return value
    if all(isinstance(row, list) and len(row) == len(names) for row in value):
        return [dict(zip(names, row, strict=True)) for row in value]
    return []


def _table(path: Path, *, signature: Signature | None, column: str, takes_rows: bool) -> Requests:
    import polars as pl

    names = list(pl.read_parquet_schema(path))
    column = column or _only_text(path, names, signature)
    if column:
        return _texts(path, column, names)
    if signature is None and not takes_rows:
        raise Refusal(
            "no_request_column",
            _("This model answers with a script, so a row of a dataset is no request for it."),
            hint=_("Name the column that holds request bodies as text, or give recorded requests."),
            status=422,
        )
    fields = signature.inputs if signature is not None else ()
    wanted = [field.name for field in fields] or names
    for field in fields:
        if field.required and field.name not in names:
            raise Refusal(
                "missing_column",
                _("The dataset has no column “%(name)s”, which the model needs.") % {"name": field.name},
                hint=nearest(field.name, names)
                or (_("Its columns are: %(names)s.") % {"names": ", ".join(names[:20])}),
                status=422,
                where=Where(column=field.name),
            )
    frame = pl.scan_parquet(path).select([name for name in wanted if name in names]).collect()
    rows = _spread(frame, MOST_ROWS).to_dicts()
    if not rows:
        raise Refusal("no_requests", _("The dataset has no rows."), hint=_("Choose another version of it."), status=422)
    return Requests(source=f"{len(rows):,} rows of the dataset", rows=tuple(_plain(row) for row in rows))


def _only_text(path: Path, names: Sequence[str], signature: Signature | None) -> str:
    """The column of a dataset that is nothing but request texts, as Azure's profiling takes it."""
    import polars as pl

    if len(names) != 1 or (signature is not None and signature.input(names[0]) is not None):
        return ""
    return names[0] if pl.read_parquet_schema(path)[names[0]] == pl.String else ""


def _texts(path: Path, column: str, names: Sequence[str]) -> Requests:
    import polars as pl

    if column not in names:
        hint = nearest(column, names) or (_("Its columns are: %(names)s.") % {"names": ", ".join(names[:20])})
        raise Refusal(
            "column_unknown",
            _("The dataset has no column “%(column)s”.") % {"column": column},
            hint=hint,
            status=422,
            where=Where(parameter="column", value=column),
        )
    values = _spread(pl.scan_parquet(path).select(pl.col(column).drop_nulls()).collect(), MOST_REQUESTS)
    texts = [str(value).encode() for value in values[column].to_list()]
    if not texts:
        raise Refusal(
            "no_requests",
            _("The column “%(column)s” is empty.") % {"column": column},
            hint=_("Choose another column."),
            status=422,
        )
    return Requests(source=f"{len(texts):,} requests of the column “{column}”", recorded=tuple(texts))


def _spread(frame: Any, most: int) -> Any:
    """At most so many rows, from all over the table."""
    step = -(-frame.height // most) if frame.height else 1
    return frame.gather_every(step) if step > 1 else frame


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
