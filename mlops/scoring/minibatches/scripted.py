"""Mini-batches for a user's script: init() once, run(mini_batch) with file paths or a pandas table.

What run() returns is a list or a table; each of its elements is one success, as with Azure's batch scoring."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlops.formats.batch import ErrorRow, Scored, ScoringOrder
from mlops.formats.refusal import Refusal
from mlops.scoring.children.script import Guard, imported, json_of
from mlops.scoring.minibatches.windows import Windows
from mlops.scoring.minibatches.written import TOLD_ERRORS, write_errors


def load_script(order: ScoringOrder, folder: Path) -> Callable[[dict[str, Any]], Scored]:
    """Imports the script with its folder on the path, and calls init(). Raises Refusal `script_…`."""
    path = folder / "code" / order.script
    logging.basicConfig(level=order.logging_level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    sys.path[:0] = [str(path.parent), str(folder / "code")]
    os.chdir(folder / "code")
    guard = Guard(str(path), str(folder / "code"))
    module = guard("the import", lambda: imported(str(path)))
    if not callable(getattr(module, "run", None)):
        raise Refusal(
            "script_incomplete",
            f"{path.name} has no function run(mini_batch).",
            hint="Define run(mini_batch): it gets a list of file paths, or a pandas table, and returns a list.",
        )
    init = getattr(module, "init", None)
    if callable(init):
        guard("init()", init)
    windows = Windows()

    def answer(message: dict[str, Any]) -> Scored:
        began = time.perf_counter()
        batch = _batch(message, windows)
        items = len(batch)
        given = guard("run()", lambda: module.run(batch))
        form, succeeded = _write(given, Path(message["out"]), script=path, keeps=order.keeps_rows)
        errors = _missing(message, items=items, succeeded=succeeded)
        write_errors(errors, Path(message["errors"]))
        return Scored(
            items=items,
            succeeded=succeeded,
            failed=max(0, items - succeeded),
            form=form,  # type: ignore[arg-type]
            errors=errors[:TOLD_ERRORS],
            seconds=time.perf_counter() - began,
        )

    return answer


def _batch(message: dict[str, Any], windows: Windows) -> Any:
    """A list of paths, or a pandas table."""
    if message["kind"] == "files":
        return list(message["paths"])
    frame = windows.read(Path(message["path"]), start=message["start"], rows=message["rows"])
    import pandas

    return pandas.DataFrame({name: frame[name].to_numpy() for name in frame.columns}, columns=frame.columns)


def _write(given: Any, out: Path, *, script: Path, keeps: bool) -> tuple[str, int]:
    """The form of what was written, and how many successes it says."""
    if hasattr(given, "to_dict") and hasattr(given, "columns"):
        rows = given.to_dict(orient="records")
    elif isinstance(given, str | bytes | dict) or not hasattr(given, "__iter__"):
        raise Refusal(
            "script_result",
            f"run() in {script.name} returned a {type(given).__name__}.",
            hint="Return a list with one element for each file or row that was scored, or a pandas table.",
            status=502,
        )
    else:
        rows = list(given)
    if not keeps or not rows:
        return "none", len(rows)
    out.write_bytes(b"".join(json_of(row, name=script.name) + b"\n" for row in rows))
    return "objects" if all(isinstance(row, dict) for row in rows) else "lines", len(rows)


def _missing(message: dict[str, Any], *, items: int, succeeded: int) -> tuple[ErrorRow, ...]:
    """run() does not say which of its items failed: the mini-batch is named with their number."""
    if succeeded >= items:
        return ()
    if message["kind"] == "files":
        names = ", ".join(message["names"][:3]) + (" …" if len(message["names"]) > 3 else "")
        told = f"run() returned {succeeded} results for {items} files ({names})."
        return tuple(
            ErrorRow(file=message["names"][0] if items == 1 else names, row=0, code="item_without_result", reason=told)
            for _ in range(items - succeeded)
        )
    first, last = message["start"] + 1, message["start"] + message["rows"]
    told = f"run() returned {succeeded} results for the {items} rows {first} to {last}."
    return tuple(
        ErrorRow(file=message["name"], row=first, code="item_without_result", reason=told)
        for _ in range(items - succeeded)
    )
