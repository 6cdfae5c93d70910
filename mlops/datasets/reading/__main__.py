"""The child process: `python -m mlops.datasets.reading VERB`, its order as JSON on the first line of standard input.

The answer is JSON on standard output: `{"result": …}` or `{"refusal": …}`. When standard input ends, the parent is
gone and so is this process."""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.reading import Reading
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _


class Order(msgspec.Struct, kw_only=True):
    path: str
    file_name: str = ""
    reading: Reading | None = None
    folder: str = ""
    source: str = ""
    rows: int = 50
    offset: int = 0
    keys: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    order: str = ""
    memory_bytes: int = 0


def main(verb: str) -> None:
    order = msgspec.json.decode(sys.stdin.readline(), type=Order)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if order.memory_bytes:
        resource.setrlimit(resource.RLIMIT_DATA, (order.memory_bytes, order.memory_bytes))
    try:
        answer: dict[str, Any] = {"result": VERBS[verb](order)}
    except Refusal as refusal:
        answer = {"refusal": refusal.as_problem()}
    except MemoryError:
        answer = {"refusal": _too_large().as_problem()}
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    sys.stdout.flush()


def serve() -> None:
    """One line an order, one line an answer, until the input ends: a look at rows need not wait for a new process."""
    import polars

    assert polars.__version__
    for line in sys.stdin:
        order = msgspec.json.decode(line, type=Order)
        try:
            answer: dict[str, Any] = {"result": rows(order)}
        except Refusal as refusal:
            answer = {"refusal": refusal.as_problem()}
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.flush()


def examine(order: Order) -> Any:
    from mlops.datasets.reading.sniffing import examine as look

    return look(Path(order.path), order.file_name, settings=order.reading, rows=order.rows)


def preview(order: Order) -> Any:
    from mlops.datasets.reading.sniffing import preview as look

    assert order.reading is not None
    return look(Path(order.path), order.reading, order.rows)


def import_(order: Order) -> Any:
    """Converts and profiles: the folder gets the table, the answer says what is in it."""
    from mlops.datasets.reading.converting import DATA, convert
    from mlops.stats.long_profile import profile_file

    assert order.reading is not None
    folder = Path(order.folder)
    meta = convert(Path(order.path), order.reading, folder, source=order.source, file_name=order.file_name)
    rows = meta.schema.row_count or 0
    return {"meta": meta, "profile": profile_file(folder / DATA, rows=rows)}


def file(order: Order) -> Any:
    """As `import`, under the reading that is guessed; refused where the file is no table."""
    from mlops.datasets.reading.sniffing import examine as look

    seen = look(Path(order.path), order.file_name)
    order = msgspec.structs.replace(order, reading=seen.reading)
    return {**import_(order), "reading": seen.reading, "warnings": seen.warnings}


def rows(order: Order) -> Any:
    from mlops.datasets.reading.stored import rows_of

    return rows_of(Path(order.path), offset=order.offset, limit=order.rows, columns=order.columns, order=order.order)


def difference(order: Order) -> Any:
    """`path` holds before.parquet and after.parquet."""
    from mlops.datasets.reading.difference import difference as compare

    folder = Path(order.path)
    return compare(folder / "before.parquet", folder / "after.parquet", keys=order.keys)


def mltable(order: Order) -> Any:
    """The folder at `path` with an MLTable file, as a table in `folder`."""
    from mlops.datasets.reading.converting import DATA
    from mlops.datasets.reading.mltable import materialise
    from mlops.stats.long_profile import profile_file

    folder = Path(order.folder)
    meta, warnings = materialise(Path(order.path), folder, source=order.source)
    profile = profile_file(folder / DATA, rows=meta.schema.row_count or 0)
    return {"meta": meta, "profile": profile, "warnings": warnings}


def csv(order: Order) -> Any:
    from mlops.datasets.reading.stored import write_csv

    return write_csv(Path(order.path), Path(order.folder))


VERBS: dict[str, Callable[[Order], Any]] = {
    "examine": examine,
    "preview": preview,
    "import": import_,
    "file": file,
    "rows": rows,
    "csv": csv,
    "difference": difference,
    "mltable": mltable,
}


def _end_with_parent() -> None:
    while sys.stdin.readline():
        pass
    os._exit(3)


def _too_large() -> Refusal:
    return Refusal(
        "not_enough_memory",
        _("Reading the file needs more memory than an import may use."),
        hint=_("Leave out columns, or give the server a larger MLOPS_STEP_MEMORY_BYTES."),
        status=422,
    )


if __name__ == "__main__":
    serve() if sys.argv[1] == "serve" else main(sys.argv[1])
