"""Models: signature, manifest and conversion certificate, as stored beside a model's files."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mlops.formats.table import ColumnType, TableSchema
from mlops.formats.transform import Transform

Task = Literal["regression", "quantile", "two_class", "multiclass", "clustering", "anomaly", "recommendation", "image"]

MANIFEST_FILE = "mlops_model.json"
ONNX_FILE = "model.onnx"
IMPORTANCE_FILE = "feature_importance.json"
"""Column to its share of the model's weight, largest first."""


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One column of a request or an answer. `required`: a missing value is refused."""

    name: str
    type: ColumnType
    required: bool = False
    categories: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    example: Any = None
    """A typical value (median or most frequent), never taken from one row of the data."""


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]

    def input(self, name: str) -> Field | None:
        return next((field for field in self.inputs if field.name == name), None)


class Feature(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one column enters the float32 matrix of the estimator.

    numeric: one cell; boolean: 0 or 1; categorical: one cell per category, all 0 for an unseen one;
    date: one cell, days since 1970-01-01."""

    column: str
    kind: Literal["numeric", "boolean", "categorical", "date"]
    categories: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return len(self.categories) if self.kind == "categorical" else 1


class ModelManifest(msgspec.Struct, frozen=True, kw_only=True):
    """`mlops_model.json` in a trained model's folder.

    Scoring = recipe on the request's columns, then features to a float32 matrix [rows, width], then the
    estimator. Outputs: regression -> `Scored Labels`; two_class -> `Scored Labels`, `Scored Probabilities`
    (of classes[1]); multiclass -> `Scored Labels`, `Scored Probabilities for Class "<class>"` per class."""

    task: Task
    algorithm: str
    """The learner's component name."""
    label: str
    classes: tuple[str, ...] = ()
    """Class names as text, in the estimator's order; classes[1] is the positive one of two."""
    label_type: ColumnType = "string"
    source: TableSchema
    recipe: tuple[Transform, ...]
    features: tuple[Feature, ...]
    signature: Signature
    estimator: str = "estimator.joblib"
    """scikit-learn or LightGBM estimator, pickled by joblib: opened in child processes only."""
    framework: str
    framework_version: str
    parameters: dict[str, Any] = {}
    trained_rows: int = 0
    sources: tuple[str, ...] = ()
    """Dataset versions, as `name:version`."""
    pipeline: str = ""
    """Of an inference pipeline: the file with its graph (mlops.formats.inference), which answers instead of `recipe`,
    `features` and `estimator`."""
    broken: str = ""
    """Why this model cannot be scored on its own, or empty."""


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """The rows whose `column` has this value, or lies in this range; `value` in words, such as `12 – 40`."""

    column: str
    value: str
    rows: int
    max_difference: float
    mean_difference: float
    share_over_tolerance: float
    label_flips: int


class Speed(msgspec.Struct, frozen=True, kw_only=True):
    """Medians of interleaved calls with so many rows. `gain`: how many times faster than the form that this one was
    made of, where that is not the original."""

    rows: int
    original_ms: float
    onnx_ms: float
    gain: float | None = None

    @property
    def speed_up(self) -> float:
        return self.original_ms / self.onnx_ms if self.onnx_ms else 0.0


ReferenceSource = Literal["sample", "dataset", "generated"]


class ParityCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """How the ONNX form was compared with the original, on reference rows."""

    accepted: bool
    reason: str
    rows: int
    tolerance: float
    """Largest allowed |difference| of scores: probabilities absolute, regression relative to the label's
    standard deviation on the reference rows."""
    max_difference: float
    mean_difference: float
    share_over_tolerance: float
    label_flips: int
    worst_row: int | None
    opset: int
    onnx_bytes: int
    original_ms_per_row: float
    onnx_ms_per_row: float
    original_ms_per_batch: float
    onnx_ms_per_batch: float
    batch_rows: int
    speed_up_single: float
    speed_up_batch: float
    machine: str
    versions: dict[str, str]
    kind: str = "onnx"
    """onnx, or what was made of it: optimised, int8, float16."""
    reference: ReferenceSource = "sample"
    """Where the rows came from: the model's own sample, a dataset that somebody named, or made up."""
    reference_told: str = ""
    """The same in words, and how far it is to be trusted."""
    slices: tuple[Slice, ...] = ()
    """The worst first."""
    speeds: tuple[Speed, ...] = ()
    not_compared: int = 0
    """Rows that the original refuses."""
    before_bytes: int | None = None
    """Of the form that this one was made of."""
    way: str = ""
    """How it was written, where there are several ways."""
    dtypes: dict[str, str] = {}
    """Input or output of the graph to its type."""
    notes: tuple[str, ...] = ()
