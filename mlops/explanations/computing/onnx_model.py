"""An ONNX graph without its original: it answers numbers for columns or for one matrix, and is explained from outside.

For child processes only: it loads onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl

from mlops.explanations.computing.model import Numbers, OpenModel
from mlops.formats.explanation import NAMES_FILE
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

KINDS = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}


def open_graph(path: Path, folder: Path) -> OpenModel:
    """Raises Refusal `not_explainable` for graphs that take other things than numbers and texts of rows."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    is_matrix = len(inputs) == 1 and len(inputs[0].shape) == 2 and inputs[0].shape[1] != 1
    names = _matrix_names(inputs[0], folder) if is_matrix else tuple(one.name for one in inputs)
    for one in inputs:
        if len(one.shape) > 2 or (one.type not in KINDS and one.type != "tensor(string)"):
            raise _not_explainable(
                _("its input “%(name)s” is a %(type)s of shape %(shape)s.")
                % {"name": one.name, "type": one.type, "shape": list(one.shape)}
            )

    def answers(frame: pl.DataFrame) -> list[Any]:
        feed = _matrix(inputs[0], frame, names) if is_matrix else {one.name: _column(one, frame) for one in inputs}
        return list(session.run(None, feed))

    width = _output(answers(_made_up(inputs, names, is_matrix=is_matrix))).shape[1]
    chances = width > 1
    classes = tuple(str(place) for place in range(width)) if chances else ()

    def numbers(frame: pl.DataFrame) -> Numbers:
        return _output(answers(frame))

    def answer(frame: pl.DataFrame) -> pl.DataFrame:
        found = numbers(frame)
        if not chances:
            return pl.DataFrame({"prediction": found[:, 0]})
        return pl.DataFrame({"class": found.argmax(axis=1), **{f"score {n}": found[:, n] for n in range(width)}})

    texts = {one.name for one in inputs if one.type == "tensor(string)"}
    return OpenModel(
        task="multiclass" if chances else "regression",
        classes=classes,
        outputs=classes or ("prediction",),
        names=names,
        types={name: "string" if name in texts else "decimal" for name in names},
        answer=answer,
        numbers_of=numbers,
    )


def _matrix_names(one: Any, folder: Path) -> tuple[str, ...]:
    width = one.shape[1] if isinstance(one.shape[1], int) else 0
    path = folder / NAMES_FILE
    named: tuple[str, ...] = msgspec.json.decode(path.read_bytes(), type=tuple[str, ...]) if path.is_file() else ()
    if named and width in (0, len(named)):
        return named
    if not width:
        raise _not_explainable(_("it does not say how many columns it takes."))
    return tuple(f"x{place}" for place in range(width))


def _matrix(one: Any, frame: pl.DataFrame, names: tuple[str, ...]) -> dict[str, Any]:
    kind = KINDS.get(one.type)
    cells = frame.select(names).to_numpy()
    return {one.name: cells.astype(kind) if kind is not None else cells.astype(str).astype(object)}


def _column(one: Any, frame: pl.DataFrame) -> Any:
    values = frame[one.name]
    kind = KINDS.get(one.type)
    cells = (
        np.array([value or "" for value in values.cast(pl.String).to_list()], dtype=object)
        if kind is None
        else values.cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(kind)
    )
    return cells.reshape(-1, 1) if len(one.shape) == 2 else cells


def _output(found: list[Any]) -> Numbers:
    """The widest output of floating numbers; scikit-learn's list of class to chance as well."""
    best: Any = None
    for one in found:
        if isinstance(one, list) and one and isinstance(one[0], dict):
            one = np.array([list(each.values()) for each in one])
        cells = np.asarray(one)
        if not np.issubdtype(cells.dtype, np.floating):
            continue
        cells = cells.reshape(len(cells), -1)
        if best is None or cells.shape[1] > best.shape[1]:
            best = cells
    if best is None:
        raise _not_explainable(_("none of its outputs is a number that could go up or down."))
    answer: Numbers = best.astype(np.float64)
    return answer


def _made_up(inputs: Any, names: tuple[str, ...], *, is_matrix: bool) -> pl.DataFrame:
    texts = set() if is_matrix else {one.name for one in inputs if one.type == "tensor(string)"}
    return pl.DataFrame({name: ["a"] if name in texts else [0.5] for name in names})


def _not_explainable(why: str) -> Refusal:
    return Refusal(
        "not_explainable",
        _("This ONNX graph cannot be explained: %(why)s") % {"why": why},
        hint=_("Register the original beside it, or a graph that takes columns or a matrix and answers scores."),
        status=422,
    )
