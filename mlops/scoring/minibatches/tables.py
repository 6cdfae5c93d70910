"""Mini-batches of rows for a model: predictions are appended as columns; rows that fail are kept with the reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops.formats.batch import ErrorRow, Scored, ScoringOrder
from mlops.formats.model import Signature
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.scoring.minibatches.checking import Faults, check_columns, typed
from mlops.scoring.minibatches.windows import Windows
from mlops.scoring.minibatches.written import TOLD_ERRORS, row_as_json, write_errors

if TYPE_CHECKING:
    import polars as pl

Score = Callable[["pl.DataFrame"], "pl.DataFrame"]

MOST_SEARCHED = 64
"""Rows that are found one by one where the model refuses a whole mini-batch; beyond, all of it failed."""


def load_tables(order: ScoringOrder, folder: Path) -> Callable[[dict[str, Any]], Scored]:
    signature = order.signature
    score = _loaded(order, folder)
    windows = Windows()

    def answer(message: dict[str, Any]) -> Scored:
        began = time.perf_counter()
        frame = windows.read(Path(message["path"]), start=message["start"], rows=message["rows"])
        if signature is not None:
            check_columns(signature, frame.columns)
        kept, faults = _scored(frame, signature, score, narrow=order.entry == "onnx" and not order.graph)
        if order.keeps_rows and kept.height:
            kept.write_parquet(message["out"], compression="lz4", statistics=False)
        errors = tuple(
            ErrorRow(
                file=message["name"],
                row=message["start"] + row + 1,
                code=code,
                reason=reason,
                values=row_as_json(frame, row),
            )
            for row, (code, reason) in sorted(faults.items())
        )
        write_errors(errors, Path(message["errors"]))
        return Scored(
            items=frame.height,
            succeeded=kept.height,
            failed=len(errors),
            form="table" if order.keeps_rows and kept.height else "none",
            errors=errors[:TOLD_ERRORS],
            seconds=time.perf_counter() - began,
        )

    return answer


def _loaded(order: ScoringOrder, folder: Path) -> Score:
    """Raises the refusal of a model that does not load."""
    if order.graph or order.framework or order.entry == "mlflow":
        from mlops.scoring.minibatches.elsewhere import load_elsewhere

        return load_elsewhere(order, folder)
    if order.signature is None:
        raise Refusal(
            "signature_missing",
            _("The model has no signature."),
            hint=_("Deploy it with a scoring script of your own."),
        )
    if order.entry == "onnx":
        from mlops.scoring.minibatches.onnx import load_onnx

        return load_onnx(order, folder)
    from mlops.blocks.scoring import load_model

    return load_model(folder / "model").score


def _scored(
    frame: pl.DataFrame, signature: Signature | None, score: Score, *, narrow: bool
) -> tuple[pl.DataFrame, Faults]:
    """The rows that were scored, with their predictions, and the others with their reasons."""
    import polars as pl

    request, faults = (frame, {}) if signature is None else typed(frame, signature, narrow=narrow)
    sound = [row for row in range(frame.height) if row not in faults] if faults else None
    wanted = request if sound is None else request[sound]
    if not wanted.height:
        return frame.clear(), faults
    rows = list(range(frame.height)) if sound is None else sound
    parts = _search(wanted, rows, score, faults, budget=[MOST_SEARCHED])
    if not parts:
        return frame.clear(), faults
    scored = pl.concat(parts) if len(parts) > 1 else parts[0]
    source = frame if not faults else frame[[row for row in rows if row not in faults]]
    return source.with_columns(scored.get_columns()), faults


def _search(
    wanted: pl.DataFrame, rows: list[int], score: Score, faults: Faults, *, budget: list[int]
) -> list[pl.DataFrame]:
    """Scores all at once; where that is refused, each half, down to the rows that are to blame."""
    try:
        return [score(wanted)]
    except (Refusal, ArithmeticError, ValueError, TypeError) as error:
        if wanted.height == 1:
            budget[0] -= 1
            if budget[0] < 0:
                raise
            faults[rows[0]] = _told(error)
            return []
    middle = wanted.height // 2
    first = _search(wanted[:middle], rows[:middle], score, faults, budget=budget)
    return first + _search(wanted[middle:], rows[middle:], score, faults, budget=budget)


def _told(error: Exception) -> tuple[str, str]:
    if isinstance(error, Refusal):
        return error.code, error.message
    return "scoring_failed", f"{type(error).__name__}: {error}"
