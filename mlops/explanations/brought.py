"""An explanation that a run brings along, as plain JSON: checked, and laid out as the files that ours have."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.explanations.local import MARK
from mlops.formats.brought_explanation import BroughtExplanation
from mlops.formats.explanation import (
    BASE,
    CONTRIBUTIONS_FILE,
    OUTPUT,
    ROW,
    ROWS_FILE,
    SUM,
    SUMMARY_FILE,
    Additivity,
    Cost,
    ExplanationSummary,
    Weight,
)
from mlops.formats.refusal import Refusal, Where

MOST_NUMBERS = 5_000_000
MOST_COLUMNS, MOST_OUTPUTS = 5_000, 1_000
TOLERANCE = 1e-3


def checked(given: Any) -> BroughtExplanation:
    """Raises Refusal `explanation_invalid`, which says where."""
    try:
        told = msgspec.convert(given, BroughtExplanation)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    columns, outputs = len(told.columns), len(told.outputs)
    if not 0 < columns <= MOST_COLUMNS or len(set(told.columns)) != columns:
        raise _invalid(_("“columns” must name 1 to %(most)d different columns.") % {"most": MOST_COLUMNS}, "columns")
    if not 0 < outputs <= MOST_OUTPUTS or len(set(told.outputs)) != outputs:
        raise _invalid(_("“outputs” must name 1 to %(most)d different outputs.") % {"most": MOST_OUTPUTS}, "outputs")
    if not told.contributions and not told.importance:
        raise _invalid(_("There are neither contributions nor importance."), "contributions")
    if len(told.contributions) * columns * outputs > MOST_NUMBERS:
        message = _("There are more than %(most)d contributions.") % {"most": MOST_NUMBERS}
        raise _invalid(message, "contributions", hint=_("Bring a sample of the rows."))
    if told.importance and len(told.importance) != columns:
        raise _invalid(_("“importance” must have a number for each column."), "importance")
    for name, values in (("rows", told.rows), ("answers", told.answers)):
        if values and len(values) != len(told.contributions):
            raise _invalid(_("“%(name)s” must have one entry for each row of contributions.") % {"name": name}, name)
    return told


def write(told: BroughtExplanation, folder: Path) -> ExplanationSummary:
    """Writes the files and returns what is in the summary. Raises Refusal `explanation_invalid`."""
    import polars as pl

    values = _cube(told)
    base = _by_output(told.base, told, "base") if told.base != () else [0.0] * len(told.outputs)
    answers = [_by_output(one, told, "answers") for one in told.answers]
    summary = _summary(told, values, base, answers)
    if told.contributions:
        rows = len(values)
        parts = []
        for place, output in enumerate(told.outputs):
            columns = {MARK + name: [row[at][place] for row in values] for at, name in enumerate(told.columns)}
            sums = [base[place] + sum(cell[place] for cell in row) for row in values]
            head = {ROW: list(range(rows)), OUTPUT: [output] * rows, BASE: [base[place]] * rows, SUM: sums}
            parts.append(pl.DataFrame({**head, **columns}))
        pl.concat(parts).write_parquet(folder / CONTRIBUTIONS_FILE)
        _rows(told, rows, answers).write_parquet(folder / ROWS_FILE)
    (folder / SUMMARY_FILE).write_bytes(msgspec.json.encode(summary))
    return summary


def _summary(
    told: BroughtExplanation, values: list[Any], base: list[float], answers: list[list[float]]
) -> ExplanationSummary:
    weights = sorted(_weights(told, values), key=lambda one: -one.importance)
    rows, total = len(values), max(told.total_rows, len(values))
    notes = ("The columns are those that the estimator gets, not those of the dataset.",) if told.engineered else ()
    sampling = f"{rows:,} of {total:,} rows, as the run brought them." if rows else "Global only: no row is explained."
    return ExplanationSummary(
        kind="brought",
        method=told.method or "Brought along by the run",
        unit=told.unit,
        task=told.task,
        outputs=told.outputs,
        base=tuple(base),
        weights=tuple(weights),
        rows=rows,
        total_rows=total,
        background=0,
        seed=0,
        sampling=sampling,
        source=told.source or "rows of the run's own code",
        cost=Cost(seconds=0.0, peak_bytes=0),
        additivity=_additivity(values, base, answers),
        notes=notes,
    )


def _weights(told: BroughtExplanation, values: list[Any]) -> list[Weight]:
    """Means of |contribution|, unless the run told them itself."""
    found = []
    outputs = range(len(told.outputs))
    for at, name in enumerate(told.columns):
        mean: tuple[float, ...] = ()
        if told.importance:
            given = told.importance[at]
            by_output = tuple(map(float, given)) if isinstance(given, tuple) else ()
            importance = sum(by_output) / len(by_output) if by_output else float(given)  # type: ignore[arg-type]
        else:
            by_output = tuple(math.fsum(abs(row[at][place]) for row in values) / len(values) for place in outputs)
            mean = tuple(math.fsum(row[at][place] for row in values) / len(values) for place in outputs)
            importance = sum(by_output) / len(by_output)
        if not math.isfinite(importance):
            raise _invalid(_("The importance of “%(column)s” is no number.") % {"column": name}, "importance")
        found.append(Weight(column=name, importance=importance, by_output=by_output, mean=mean))
    return found


def _additivity(values: list[Any], base: list[float], answers: list[list[float]]) -> Additivity | None:
    """Checked where the run told what the model answered."""
    if not answers:
        return None
    gaps = [
        abs(base[place] + math.fsum(cell[place] for cell in row) - answer[place])
        for row, answer in zip(values, answers, strict=True)
        for place in range(len(base))
    ]
    largest = max(gaps)
    numbers = [one for answer in answers for one in answer]
    allowed = TOLERANCE * max(1.0, max(numbers) - min(numbers))
    holds = largest <= allowed
    verb = "add up to" if holds else "miss"
    text = f"Base and contributions {verb} the answer on {len(values):,} rows; the largest gap is {largest:.2g}."
    return Additivity(holds=holds, largest_gap=largest, tolerance=allowed, told=text)


def _cube(told: BroughtExplanation) -> list[list[list[float]]]:
    """[row][column][output]."""
    found = []
    for number, row in enumerate(told.contributions):
        if len(row) != len(told.columns):
            message = _("Row %(row)d of contributions has %(count)d numbers for %(columns)d columns.")
            facts = {"row": number, "count": len(row), "columns": len(told.columns)}
            raise _invalid(message % facts, "contributions")
        found.append([_by_output(cell, told, "contributions") for cell in row])
    return found


def _by_output(given: Any, told: BroughtExplanation, name: str) -> list[float]:
    listed = list(given) if isinstance(given, tuple) else [given]
    if len(listed) != len(told.outputs):
        message = _("“%(name)s” has %(count)d numbers for %(outputs)d outputs.")
        raise _invalid(message % {"name": name, "count": len(listed), "outputs": len(told.outputs)}, name)
    if any(one is None or not math.isfinite(one) for one in listed):
        raise _invalid(_("“%(name)s” holds what is no number.") % {"name": name}, name)
    return [float(one) for one in listed]


def _rows(told: BroughtExplanation, count: int, answers: list[list[float]]) -> Any:
    import polars as pl

    columns: dict[str, Any] = {ROW: pl.Series(list(range(count)), dtype=pl.Int64)}
    if answers:
        for place, output in enumerate(told.outputs):
            columns[f"answer: {output}"] = [one[place] for one in answers]
    for at, name in enumerate(told.columns):
        given = [_cell(row, at, name) for row in told.rows] or [None] * count
        columns[MARK + name] = pl.Series(given, strict=False) if _is_plain(given) else pl.Series(map(str, given))
    return pl.DataFrame(columns)


def _cell(row: Any, at: int, name: str) -> Any:
    if isinstance(row, dict):
        return row.get(name)
    return row[at] if at < len(row) else None


def _is_plain(values: list[Any]) -> bool:
    kinds = {type(one) for one in values if one is not None}
    return kinds <= {int, float} or (len(kinds) == 1 and kinds <= {str, bool})


def _invalid(message: str, name: str = "", *, hint: str = "") -> Refusal:
    return Refusal(
        "explanation_invalid",
        message,
        hint=hint or _("Its form is told in the guide “Explanations”, under “Of your own code”."),
        status=422,
        where=Where(parameter=name or None),
    )
