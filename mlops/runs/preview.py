"""What a file of a run looks like, as far as that can be told without running anything of it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, Literal

import msgspec

from mlops.blobs.trees import open_blob
from mlops.datasets.children import ask_child, local_file
from mlops.runs.files import RunFile

MOST_BYTES = 256 * 1024
MOST_ROWS = 200
PICTURES = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
    ".svg": "image/svg+xml",
}  # fmt: skip
DELIMITED = {".csv": ",", ".tsv": "\t"}


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """`is_cut`: there is more than is shown."""

    kind: Literal["picture", "table", "text", "bytes"]
    text: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    is_cut: bool = False


def preview(file: RunFile) -> Preview:
    """HTML and scripts are shown as the text that they are."""
    if file.suffix in PICTURES:
        return Preview(kind="picture")
    if file.suffix == ".parquet":
        return _parquet(file)
    with open_blob(file.digest) as source:
        content = source.read(MOST_BYTES + 1)
    is_cut = len(content) > MOST_BYTES
    try:
        text = content[:MOST_BYTES].decode("utf-8", "strict" if not is_cut else "ignore")
    except UnicodeDecodeError:
        return Preview(kind="bytes")
    if "\0" in text:
        return Preview(kind="bytes")
    if file.suffix in DELIMITED:
        return _delimited(text, DELIMITED[file.suffix], is_cut)
    if file.suffix == ".json" and not is_cut:
        return _json(text)
    return Preview(kind="text", text=text, is_cut=is_cut)


def _delimited(text: str, delimiter: str, is_cut: bool) -> Preview:
    lines = list(csv.reader(io.StringIO(text), delimiter=delimiter))[: MOST_ROWS + 2]
    if not lines:
        return Preview(kind="text")
    rows = lines[1:-1] if is_cut else lines[1:]
    return Preview(
        kind="table",
        columns=tuple(lines[0]),
        rows=tuple(tuple(row) for row in rows[:MOST_ROWS]),
        is_cut=is_cut or len(rows) > MOST_ROWS,
    )


def _json(text: str) -> Preview:
    """A table as MLflow's `log_table` writes it, or the text, indented."""
    try:
        found = json.loads(text)
    except ValueError:
        return Preview(kind="text", text=text)
    if isinstance(found, dict) and isinstance(found.get("columns"), list) and isinstance(found.get("data"), list):
        rows = [row for row in found["data"] if isinstance(row, list)]
        return Preview(
            kind="table",
            columns=tuple(str(name) for name in found["columns"]),
            rows=tuple(tuple(_cell(cell) for cell in row) for row in rows[:MOST_ROWS]),
            is_cut=len(rows) > MOST_ROWS,
        )
    return Preview(kind="text", text=json.dumps(found, indent=2, ensure_ascii=False))


def _parquet(file: RunFile) -> Preview:
    """Read by a child process, as of any data."""
    with local_file(file.digest, name="data.parquet") as path:
        page = ask_child("rows", path=path, offset=0, rows=MOST_ROWS + 1)
    columns = [one["name"] if isinstance(one, dict) else str(one) for one in page["columns"]]
    rows = [[row.get(name) for name in columns] if isinstance(row, dict) else row for row in page["rows"]]
    return Preview(
        kind="table",
        columns=tuple(columns),
        rows=tuple(tuple(_cell(cell) for cell in row) for row in rows[:MOST_ROWS]),
        is_cut=len(rows) > MOST_ROWS,
    )


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False)[:500] if isinstance(value, dict | list) else value
