"""`python -m mlops.scoring.minibatches FOLDER`: loads by the folder's order.json, then answers mini-batches.

A message is {"kind": "table", "path", "name", "start", "rows", "out", "errors"} or {"kind": "files", "paths",
"names", "out", "errors"}; the answer is formats.batch.Scored."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.batch import ORDER_FILE, ScoringOrder
from mlops.scoring.children.pipe import Answer, serve


def main(folder: Path) -> None:
    order = msgspec.json.decode((folder / ORDER_FILE).read_bytes(), type=ScoringOrder)
    serve(lambda: load(order, folder))


def load(order: ScoringOrder, folder: Path) -> tuple[Answer, dict[str, Any]]:
    if order.entry == "script":
        from mlops.scoring.minibatches.scripted import load_script

        answer = load_script(order, folder)
    else:
        from mlops.scoring.minibatches.tables import load_tables

        answer = load_tables(order, folder)
    return lambda message, _raw: (msgspec.to_builtins(answer(message)), b""), {}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
