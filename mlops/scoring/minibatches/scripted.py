"""Mini-batches for a user's script: in this process, or in one of the script's own environment.

What run() returns is a list or a table; each of its elements is one success, as with Azure's batch scoring."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.formats.batch import ErrorRow, Scored, ScoringOrder
from mlops.scoring.children import minibatch
from mlops.scoring.minibatches.inner import Inner
from mlops.scoring.minibatches.windows import Windows
from mlops.scoring.minibatches.written import TOLD_ERRORS, write_errors

if TYPE_CHECKING:
    import polars as pl

Answered = tuple[dict[str, Any], bytes]


def load_script(order: ScoringOrder, folder: Path) -> Callable[[dict[str, Any]], Scored]:
    """Raises the fault of a script that does not load."""
    words = (str(folder / "code" / order.script), str(folder / "code"), order.logging_level)
    ask = _elsewhere(order.python, words) if order.python else _here(words)
    windows = Windows()

    def answer(message: dict[str, Any]) -> Scored:
        began = time.perf_counter()
        rows = None
        if message["kind"] == "table":
            rows = windows.read(Path(message["path"]), start=message["start"], rows=message["rows"])
        told, lines = ask(message, rows)
        if order.keeps_rows and lines:
            Path(message["out"]).write_bytes(lines)
        errors = _missing(message, items=told["items"], succeeded=told["succeeded"])
        write_errors(errors, Path(message["errors"]))
        return Scored(
            items=told["items"],
            succeeded=told["succeeded"],
            failed=max(0, told["items"] - told["succeeded"]),
            form=told["form"] if order.keeps_rows else "none",
            errors=errors[:TOLD_ERRORS],
            seconds=time.perf_counter() - began,
        )

    return answer


Ask = Callable[[dict[str, Any], "pl.DataFrame | None"], Answered]


def _here(words: tuple[str, str, str]) -> Ask:
    run = minibatch.load(*words)

    def ask(message: dict[str, Any], rows: pl.DataFrame | None) -> Answered:
        return run(list(message["paths"]) if rows is None else _pandas(rows))

    return ask


def _elsewhere(python: str, words: tuple[str, str, str]) -> Ask:
    inner = Inner(python, "mlops.scoring.children.minibatch", *words)

    def ask(message: dict[str, Any], rows: pl.DataFrame | None) -> Answered:
        if rows is None:
            return inner.ask({"paths": list(message["paths"])})
        dates = [name for name, kind in rows.schema.items() if kind.is_temporal()]
        columns = {name: rows[name].to_list() for name in rows.columns}
        return inner.ask({"dates": dates}, msgspec.json.encode(columns))

    return ask


def _pandas(rows: pl.DataFrame) -> Any:
    import pandas

    return pandas.DataFrame({name: rows[name].to_numpy() for name in rows.columns}, columns=rows.columns)


def _missing(message: dict[str, Any], *, items: int, succeeded: int) -> tuple[ErrorRow, ...]:
    """run() does not say which of its items failed: the mini-batch is named with their number."""
    if succeeded >= items:
        return ()
    if message["kind"] == "files":
        names = ", ".join(message["names"][:3]) + (" …" if len(message["names"]) > 3 else "")
        told = f"run() returned {_results(succeeded)} for {items} files ({names})."
        file, row = (message["names"][0] if items == 1 else names), 0
    else:
        row, last = message["start"] + 1, message["start"] + message["rows"]
        told = f"run() returned {_results(succeeded)} for the {items} rows {row} to {last}."
        file = message["name"]
    error = ErrorRow(file=file, row=row, code="item_without_result", reason=told)
    return (error,) * (items - succeeded)


def _results(count: int) -> str:
    return f"{count} result" if count == 1 else f"{count} results"
