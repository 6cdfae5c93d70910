"""Recipe and features as small ONNX nodes: from one tensor per request column to the estimator's matrix.

Numbers stay float32 as they come in and are rescaled in double precision, as in training; a missing number is
NaN, a missing text is "". Loads onnx: for child processes only.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from mlops.formats.model import Feature, Field
from mlops.formats.spoken import gettext
from mlops.formats.table import ColumnType
from mlops.formats.transform import (
    Cast,
    FillMissing,
    KeepColumns,
    MarkMissing,
    Rename,
    Replay,
    RequirePresent,
    Rescale,
    RunPython,
    Transform,
)
from mlops.packaging.onnx_cells import Cell, as_number, not_convertible
from mlops.packaging.onnx_replays import replayed

PREFIX = "mlops/"
"""Before every name of ours, so that no request column can have the same."""
TRUE_WORDS, FALSE_WORDS = ("true", "yes", "t", "y", "1"), ("false", "no", "f", "n", "0")


class ColumnGraph:
    """Collects nodes; `columns` says which tensor each column of the table is now."""

    def __init__(self, inputs: Sequence[Field]) -> None:
        self.nodes: list[NodeProto] = []
        self.initializers: list[TensorProto] = []
        self.inputs: list[ValueInfoProto] = []
        self.columns: dict[str, Cell] = {}
        self._numbers = itertools.count()
        for field in inputs:
            kind = TensorProto.STRING if field.type == "string" else TensorProto.FLOAT
            self.inputs.append(helper.make_tensor_value_info(field.name, kind, [None, 1]))
            self.columns[field.name] = Cell(tensor=field.name, type=field.type)

    def apply(self, transforms: Sequence[Transform]) -> None:
        """Raises Refusal `not_convertible` for what has no ONNX form."""
        for transform in transforms:
            self._apply(transform)

    def matrix(self, features: Sequence[Feature], *, double: bool) -> str:
        """The tensor [rows, width] of the estimator's input."""
        kind = TensorProto.DOUBLE if double else TensorProto.FLOAT
        parts = [self.cast(self._feature(feature), kind) for feature in features]
        return parts[0] if len(parts) == 1 else self.node("Concat", parts, axis=1)

    def _apply(self, transform: Transform) -> None:
        match transform:
            case KeepColumns(columns=names):
                self.columns = {name: cell for name, cell in self.columns.items() if name in names}
            case RequirePresent():
                pass
            case Rename(names=names):
                self.columns = {names.get(name, name): cell for name, cell in self.columns.items()}
            case RunPython():
                raise not_convertible(gettext("an Execute Python Script is on the way from the dataset to the model."))
            case Replay():
                replayed(self, transform)
            case MarkMissing(column=column, indicator=indicator) if column in self.columns:
                marked = self.cast(self.is_missing(self.columns[column]), TensorProto.FLOAT)
                self.columns[indicator] = Cell(tensor=marked, type="boolean")
            case FillMissing(column=column, value=value) if column in self.columns:
                self.columns[column] = self._filled(column, self.columns[column], value)
            case Rescale(column=column) if column in self.columns:
                self.columns[column] = self._rescaled(transform, self.columns[column])
            case Cast(column=column, type=type_) if column in self.columns:
                self.columns[column] = self._converted(column, self.columns[column], type_)
            case _:
                pass  # a column that the model does not read

    def _filled(self, column: str, cell: Cell, value: Any) -> Cell:
        if cell.is_text:
            text = self.constant(np.array([str(value)], dtype=object))
            return replace(cell, tensor=self.node("Where", [self.is_missing(cell), text, cell.tensor]))
        number = as_number(value, cell.text_of or cell.type)
        if number is None:
            raise not_convertible(
                gettext("missing values of '%(column)s' become '%(value)s', which is no number.")
                % {"column": column, "value": value},
                column=column,
            )
        fill = self.constant(np.array([number], dtype=np.float64 if cell.double else np.float32))
        return replace(cell, tensor=self.node("Where", [self.is_missing(cell), fill, cell.tensor]))

    def _rescaled(self, transform: Rescale, cell: Cell) -> Cell:
        value = self.cast(cell.tensor, TensorProto.DOUBLE)
        if transform.scale == 0:
            lost = self.node("Mul", [value, self.constant(np.array([np.nan]))])
            return Cell(tensor=lost, type="decimal", double=True)
        if transform.method == "lognormal":
            return Cell(tensor=self._lognormal(value, transform), type="decimal", double=True)
        shifted = self.node("Sub", [value, self.constant(np.array([transform.offset]))])
        standard = self.node("Div", [shifted, self.constant(np.array([transform.scale]))])
        if transform.method == "logistic":
            grown = self.node("Exp", [self.node("Neg", [standard])])
            one = self.constant(np.array([1.0]))
            standard = self.node("Div", [one, self.node("Add", [one, grown])])
        elif transform.method == "tanh":
            standard = self.node("Tanh", [standard])
        return Cell(tensor=standard, type="decimal", double=True)

    def _lognormal(self, value: str, transform: Rescale) -> str:
        """Erf is offered for float32 only; the logarithm before it is taken in double."""
        zero, one, half = (self.constant(np.array([number])) for number in (0.0, 1.0, 0.5))
        low = self.node("LessOrEqual", [value, zero])
        log = self.node("Log", [self.node("Where", [low, one, value])])
        shifted = self.node("Sub", [log, self.constant(np.array([transform.offset]))])
        standard = self.node("Div", [shifted, self.constant(np.array([transform.scale * np.sqrt(2)]))])
        error = self.node("Erf", [self.cast(standard, TensorProto.FLOAT)])
        share = self.node("Mul", [self.node("Add", [self.cast(error, TensorProto.DOUBLE), one]), half])
        return self.node("Where", [low, zero, share])

    def _converted(self, column: str, cell: Cell, type_: ColumnType) -> Cell:
        """Values that cannot be converted were refused in training; numbers here keep their value."""
        present = cell.text_of or cell.type
        if type_ == cell.type:
            return cell
        if "date" in (present, type_):
            raise not_convertible(
                gettext("'%(column)s' is changed between date and text.") % {"column": column}, column=column
            )
        if type_ == "string":
            return replace(cell, type="string", text_of=present)
        if cell.text_of is not None:
            return replace(cell, type=type_, text_of=None)
        if present == "string":
            return self._read_text(cell, type_)
        return replace(cell, type=type_)

    def _read_text(self, cell: Cell, type_: ColumnType) -> Cell:
        if type_ == "boolean":
            words = [(word, 1.0) for word in TRUE_WORDS] + [(word, 0.0) for word in FALSE_WORDS]
            pairs = [(spelled, number) for word, number in words for spelled in _spellings(word)]
            numbers = self.node(
                "LabelEncoder",
                [cell.tensor],
                domain="ai.onnx.ml",
                keys_strings=[text for text, _ in pairs],
                values_floats=[number for _, number in pairs],
                default_float=float("nan"),
            )
            return Cell(tensor=numbers, type="boolean")
        nothing = self.constant(np.array(["NaN"], dtype=object))
        present = self.node("Where", [self.is_missing(cell), nothing, cell.tensor])
        return Cell(tensor=self.cast(present, TensorProto.DOUBLE), type=type_, double=True)

    def _feature(self, feature: Feature) -> str:
        cell = self.columns.get(feature.column)
        if cell is None:
            raise not_convertible(
                gettext("the feature '%(column)s' is made by no known transform.") % {"column": feature.column}
            )
        if feature.kind != "categorical":
            return cell.tensor
        if cell.is_text:
            coded = self.node(
                "OneHotEncoder", [cell.tensor], domain="ai.onnx.ml", cats_strings=list(feature.categories), zeros=1
            )
            return self.node("Flatten", [coded], axis=1)
        numbers = [as_number(text, cell.text_of or cell.type) for text in feature.categories]
        if None in numbers:
            raise not_convertible(
                gettext("a category of '%(column)s' is no number.") % {"column": feature.column}, column=feature.column
            )
        known = np.array([numbers], dtype=np.float64).astype(np.float64 if cell.double else np.float32)
        return self.cast(self.node("Equal", [cell.tensor, self.constant(known)]), TensorProto.FLOAT)

    def is_missing(self, cell: Cell) -> str:
        if cell.is_text:
            return self.node("Equal", [cell.tensor, self.constant(np.array([""], dtype=object))])
        return self.node("IsNaN", [cell.tensor])

    def cast(self, tensor: str, kind: int) -> str:
        return self.node("Cast", [tensor], to=kind)

    def constant(self, value: Any) -> str:
        name = f"{PREFIX}constant_{next(self._numbers)}"
        self.initializers.append(numpy_helper.from_array(value, name))
        return name

    def node(self, operation: str, inputs: Sequence[str], *, domain: str = "", **attributes: Any) -> str:
        output = f"{PREFIX}{operation.lower()}_{next(self._numbers)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [output], domain=domain, **attributes))
        return output


def _spellings(word: str) -> list[str]:
    """`yes`, `Yes`, `yEs`, …: text is compared without regard to case."""
    return sorted({"".join(letters) for letters in itertools.product(*((c.lower(), c.upper()) for c in word))})
