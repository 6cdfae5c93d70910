"""A model from elsewhere that answers with our score columns, as one that was trained here does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import polars as pl

from mlops.blocks.score_columns import number_names, score_columns
from mlops.formats.model import Field, ModelManifest, Signature, Task
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema
from mlops.packaging.external.columns import knots_of, signature_of, takes_names, takes_text
from mlops.packaging.external.opening import open_estimator
from mlops.packaging.external.sources import Source, no_form

MOST_CLASSES = 1_000


@dataclass(frozen=True, kw_only=True)
class Original:
    """`knots`: by column, values at which the model's answer may change."""

    manifest: ModelManifest
    estimator: Any
    knots: dict[str, Any]

    def score(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Score columns, row by row. Raises Refusal `not_answered` with the model's own words."""
        try:
            numbers = self._numbers(given_to(self.estimator, frame, self.manifest.signature))
        except Exception as error:
            why = str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
            raise Refusal("not_answered", _("The original model fails: %(why)s") % {"why": why}, status=422) from error
        return self._answer(np.asarray(numbers, dtype=np.float64))

    def _numbers(self, cells: Any) -> Any:
        task = self.manifest.task
        if task == "regression":
            return np.reshape(np.asarray(self.estimator.predict(cells)), (-1, 1))
        if task == "clustering":
            return self.estimator.transform(cells)
        chances = chances_of(self.estimator, cells)
        return chances[:, 1:] if task == "two_class" else chances

    def _answer(self, numbers: Any) -> pl.DataFrame:
        manifest = self.manifest
        names = number_names(manifest.task, manifest.classes)
        columns = {name: numbers[:, place] for place, name in enumerate(names)}
        if manifest.task == "regression":
            return pl.DataFrame(columns)
        if manifest.task == "clustering":
            return pl.DataFrame({"Assignments": numbers.argmin(axis=1), **columns})
        places = numbers[:, 0] > 0.5 if manifest.task == "two_class" else numbers.argmax(axis=1)
        labels = pl.Series(_values(manifest.classes, manifest.label_type))[places.astype(np.int64)]
        return pl.DataFrame({"Scored Labels": labels, **columns})


def open_original(source: Source, example: Sequence[dict[str, Any]]) -> Original:
    """Raises Refusal `not_convertible` where the file does not open or the model has no such answers as we know."""
    width = len(source.signature.inputs) if source.signature else len(example[0]) if example else None
    estimator = open_estimator(source, width=width)
    task, classes, label_type = _task(estimator)
    signature = signature_of(estimator, source.signature, example)
    answers = tuple(
        Field(name=column.name, type=column.type) for column in score_columns(task, classes, label_type=label_type)
    )
    framework, version = _framework(estimator)
    manifest = ModelManifest(
        task=task,
        algorithm=type(_last(estimator)).__name__,
        label="",
        classes=classes,
        label_type=label_type,
        source=TableSchema(columns=tuple(Column(name=field.name, type=field.type) for field in signature.inputs)),
        recipe=(),
        features=(),
        signature=msgspec.structs.replace(signature, outputs=answers),
        estimator=source.path.name,
        framework=framework,
        framework_version=version,
    )
    names = [field.name for field in signature.inputs]
    return Original(manifest=manifest, estimator=estimator, knots=knots_of(estimator, names))


def given_to(estimator: Any, frame: pl.DataFrame, signature: Signature) -> Any:
    """The rows in the form that the estimator was fitted with: texts, a table, or a matrix of float64."""
    names = [field.name for field in signature.inputs]
    if takes_text(estimator):
        return ["" if value is None else str(value) for value in frame[names[0]]]
    if takes_names(estimator) or any(field.type == "string" for field in signature.inputs):
        return _pandas(frame, signature)
    return frame.select(pl.col(name).cast(pl.Float64) for name in names).to_numpy()


def _pandas(frame: pl.DataFrame, signature: Signature) -> Any:
    """Whole numbers stay whole where none is missing; a missing text is None."""
    import pandas as pd

    columns: dict[str, Any] = {}
    for field in signature.inputs:
        values = frame[field.name]
        if field.type == "string":
            columns[field.name] = np.array(values.to_list(), dtype=object)
        elif field.type == "date":
            columns[field.name] = values.cast(pl.Datetime("us")).to_numpy()
        elif field.type == "decimal" or values.null_count():
            columns[field.name] = values.cast(pl.Float64).to_numpy()
        else:
            columns[field.name] = values.to_numpy()
    return pd.DataFrame(columns)


def chances_of(estimator: Any, cells: Any) -> Any:
    if hasattr(estimator, "predict_proba"):
        return np.asarray(estimator.predict_proba(cells))
    found = np.asarray(estimator.predict(cells))  # a LightGBM booster of classes
    return np.column_stack([1 - found, found]) if found.ndim == 1 else found


def _task(estimator: Any) -> tuple[Task, tuple[str, ...], Any]:
    module = type(estimator).__module__.partition(".")[0]
    if module == "lightgbm" and hasattr(estimator, "num_model_per_iteration") and not hasattr(estimator, "fit"):
        return _booster_task(estimator)
    classes = getattr(estimator, "classes_", None)
    if classes is not None and hasattr(estimator, "predict"):
        return _classes(estimator, classes)
    if (
        hasattr(estimator, "predict")
        and hasattr(estimator, "transform")
        and hasattr(_last(estimator), "cluster_centers_")
    ):
        count = len(_last(estimator).cluster_centers_)
        return "clustering", tuple(str(one) for one in range(count)), "integer"
    if not hasattr(estimator, "predict"):
        raise no_form(
            _("%(estimator)s predicts nothing; it is a step before a model.")
            % {"estimator": type(_last(estimator)).__name__}
        )
    kind = getattr(_last(estimator), "_estimator_type", "regressor")
    if kind in ("clusterer", "outlier_detector", "DensityEstimator"):
        raise no_form(
            _("the answers of %(estimator)s have no columns here.") % {"estimator": type(_last(estimator)).__name__}
        )
    if max(int(getattr(_last(estimator), name, 1) or 1) for name in ("n_outputs_", "n_targets_")) > 1:
        raise no_form(_("it predicts several numbers at once."))
    return "regression", (), "decimal"


def _classes(estimator: Any, classes: Any) -> tuple[Task, tuple[str, ...], Any]:
    if isinstance(classes, list):
        raise no_form(_("it predicts several labels at once."))
    if not hasattr(estimator, "predict_proba"):
        raise no_form(
            _("%(estimator)s gives no probabilities, by which two forms could be compared.")
            % {"estimator": type(_last(estimator)).__name__},
            hint=_("Train it with probabilities, or wrap it in CalibratedClassifierCV; else deploy the original."),
        )
    if len(classes) > MOST_CLASSES:
        raise no_form(
            _("it has %(count)s classes; at most %(most_classes)s are compared.")
            % {"count": f"{len(classes):,}", "most_classes": f"{MOST_CLASSES:,}"}
        )
    values = np.asarray(classes)
    kind = {"b": "boolean", "i": "integer", "u": "integer", "f": "decimal"}.get(values.dtype.kind, "string")
    names = tuple(str(one).lower() if kind == "boolean" else str(one) for one in values.tolist())
    return ("two_class" if len(names) == 2 else "multiclass"), names, kind


def _booster_task(booster: Any) -> tuple[Task, tuple[str, ...], Any]:
    """By the objective of LightGBM's text: a booster does not keep the names of its classes."""
    objective = next(
        (
            line.removeprefix("objective=").split(" ")[0]
            for line in booster.model_to_string().split("\n")
            if line.startswith("objective=")
        ),
        "",
    )
    if objective == "binary":
        return "two_class", ("0", "1"), "integer"
    if objective in ("multiclass", "multiclassova"):
        return "multiclass", tuple(str(one) for one in range(booster.num_model_per_iteration())), "integer"
    return "regression", (), "decimal"


def _last(estimator: Any) -> Any:
    steps = getattr(estimator, "steps", None)
    if steps:
        return _last(steps[-1][1])
    best = getattr(estimator, "best_estimator_", None)
    return _last(best) if best is not None else estimator


def _values(classes: Sequence[str], kind: str) -> list[Any]:
    if kind == "integer":
        return [int(float(one)) for one in classes]
    if kind == "decimal":
        return [float(one) for one in classes]
    return [one == "true" for one in classes] if kind == "boolean" else list(classes)


def _framework(estimator: Any) -> tuple[str, str]:
    from importlib.metadata import version

    module = type(_last(estimator)).__module__.partition(".")[0]
    name = {"sklearn": "scikit-learn"}.get(module, module)
    name = "torch" if module == "mlops" else name
    for package in (name, f"{name}-cpu"):
        try:
            return name, version(package)
        except ImportError:
            continue
    return name, ""
