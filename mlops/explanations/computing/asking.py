"""`python -m mlops.explanations.computing.asking FOLDER`: opens a model once, then explains one row after the other.

A frame of standard input holds a row, one of standard output its explanation, until the input ends. In the folder are
`model/` and the background of an explanation."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from mlops.explanations.computing.__main__ import MEMORY_BYTES, MODEL_FOLDER
from mlops.explanations.computing.model import OpenModel, open_model
from mlops.explanations.computing.walks import contributions
from mlops.formats.explanation import BACKGROUND_FILE, LocalContribution, LocalExplanation
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.requests import DTYPES
from mlops.scoring.children.faults import fault_form
from mlops.scoring.children.pipe import Pipe

MOST_BACKGROUND = 15


def explained(model: OpenModel, background: pl.DataFrame, row: dict[str, Any]) -> LocalExplanation:
    """Raises Refusal for a row that the model does not take."""
    began = time.perf_counter()
    frame = pl.DataFrame([_series(name, row.get(name), model.types.get(name, "")) for name in model.names])
    answers = model.answer(frame).to_dicts()[0]
    found = contributions(model, frame, background, seed=0)
    return LocalExplanation(
        outputs=model.outputs,
        unit=model.unit,
        base=tuple(found.base.tolist()),
        sum=tuple(found.answers[0].tolist()),
        contributions=tuple(
            LocalContribution(column=name, value=row.get(name), contributions=tuple(found.values[0, place].tolist()))
            for place, name in enumerate(model.names)
        ),
        scores=answers,
        seconds=time.perf_counter() - began,
    )


def _series(name: str, value: Any, kind: str) -> pl.Series:
    text = None if value is None or value == "" else str(value)
    values = pl.Series(name, [text], dtype=pl.String)
    if kind in ("", "string") or text is None:
        return values.cast(DTYPES.get(kind, pl.String))
    if kind == "boolean":
        found = {"true": True, "1": True, "false": False, "0": False}.get(text.lower())
        cast = pl.Series(name, [found], dtype=pl.Boolean)
    elif kind == "date":
        cast = values.str.to_datetime(strict=False, time_unit="us")
    else:
        cast = values.cast(pl.Float64, strict=False).cast(DTYPES[kind], strict=False)
    if cast[0] is None:
        raise Refusal(
            "value_not_convertible",
            _("“%(text)s” is no value of the column “%(name)s”, which holds values of the type %(kind)s.")
            % {"text": text[:60], "name": name, "kind": kind},
            hint=_("Give another value, or leave it empty where it may be missing."),
            status=422,
        )
    return cast


def main() -> int:
    from mlops.packaging.limits import limited

    limited(memory_bytes=MEMORY_BYTES)
    folder = Path(sys.argv[1])
    pipe = Pipe()
    try:
        model = open_model(folder / MODEL_FOLDER)
        background = model.request(pl.read_parquet(folder / BACKGROUND_FILE)).head(MOST_BACKGROUND)
    except Exception as error:
        pipe.send({"error": fault_form(error)})
        return 1
    pipe.send({"ok": {}})
    while (received := pipe.receive()) is not None:
        try:
            pipe.send({"ok": msgspec.to_builtins(explained(model, background, received[0]))})
        except Exception as error:
            pipe.send({"error": fault_form(error)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
