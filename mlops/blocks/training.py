"""Trains a model on a table and checks that it scores alone as it does in the pipeline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl

from mlops.blocks.catalogue import block
from mlops.blocks.checking import checked
from mlops.blocks.components.train_model import NUMERIC, feature_names
from mlops.blocks.explaining import explained
from mlops.blocks.features import matrix
from mlops.blocks.learning.fit import fit
from mlops.blocks.manifests import manifest_of
from mlops.blocks.preparing import features_of, require_finite, weights_of
from mlops.blocks.ranges import settled
from mlops.blocks.values import Learner, Table, TrainedModel
from mlops.formats.model import ModelManifest
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call, Reporter

MOST_CLASSES = 1_000


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What came of learning, before it is checked. `cells`: the matrix that the estimator learned from, if any."""

    manifest: ModelManifest
    estimator: Any
    cells: Any


def train(call: Call) -> TrainedModel:
    learner, table = single(call.learner("untrained_model"), call), call.table("dataset")
    label = call.parameters["label_column"]
    learned = learn(learner, table, label=label, seed=call.seed, report=call.report)
    model = checked(learned.manifest, learned.estimator, table, report=call.report)
    if not call.parameters["model_explanations"]:
        return model
    return explained(model, table, cells=learned.cells, seed=call.seed, report=call.report)


def learn(learner: Learner, table: Table, *, label: str, seed: int, report: Reporter) -> Learned:
    """Fits the learner to the table's rows. Raises Refusal for data that it cannot learn from. What does not learn from
    a matrix of numbers has a `learn` of its own."""
    own: Any = getattr(block(learner.component), "learn", None)
    if own is not None:
        return cast("Learned", own(learner, table, label=label, seed=seed, report=report))
    target, classes = target_of(table.frame[label], learner.task)
    features = features_of(table, feature_names(table.schema, label), learner)
    cells = matrix(table.frame, features)
    require_finite(cells, features, learner)
    report.log(f"Training on {table.frame.height} rows with {len(features)} columns ({cells.shape[1]} numbers each).")
    report.progress(0.1)
    estimator = fit(learner, cells, target, weights=weights_of(table), seed=seed, log=report.log)
    report.progress(0.8)
    tell_if_unfinished(estimator, report)
    return Learned(manifest=manifest_of(table, label, learner, features, classes), estimator=estimator, cells=cells)


def single(learner: Learner, call: Call) -> Learner:
    """The learner with one value for each parameter."""
    parameters, said = settled(learner.component, learner.parameters)
    if said:
        call.report.log(said)
    return replace(learner, parameters=parameters)


def target_of(values: pl.Series, task: str) -> tuple[Any, tuple[str, ...]]:
    """The label as numbers, or as class indices with the names of the classes."""
    where = Where(parameter="label_column", column=values.name)
    if values.len() < 2:
        few, none = _("There is one row to learn from; at least two are needed."), _("There are no rows to learn from.")
        message = few if values.len() else none
        raise Refusal(
            "too_few_rows", message, hint=_("Check the steps before: they left no rows."), status=422, where=where
        )
    if values.null_count():
        row = values.is_null().arg_max() or 0
        message = _("The label column '%(name)s' has %(null_count)s missing values; the first is in row %(row)s.") % {
            "name": values.name,
            "null_count": values.null_count(),
            "row": row + 1,
        }
        hint = _("Put Clean Missing Data with 'Remove entire row' on the label column before Train Model.")
        where = Where(parameter="label_column", column=values.name, row=row)
        raise Refusal("label_missing", message, hint=hint, status=422, where=where)
    if task in NUMERIC:
        return _numeric_target(values, where), ()
    distinct = values.unique().sort()
    if distinct.len() > MOST_CLASSES:
        message = _("The label column '%(name)s' holds %(len)s different values, too many for classes.") % {
            "name": values.name,
            "len": f"{distinct.len():,}",
        }
        hint = _("Choose another label, or use a regression learner for numbers.")
        raise Refusal("too_many_classes", message, hint=hint, status=422, where=where)
    classes = tuple(distinct.cast(pl.String).to_list())
    if task == "two_class" and len(classes) != 2:
        shown = ", ".join(f"'{name}'" for name in classes[:5]) + (", …" if len(classes) > 5 else "")
        message = _("The label column '%(name)s' must hold exactly 2 values; it holds %(count)s: %(shown)s.") % {
            "name": values.name,
            "count": len(classes),
            "shown": shown,
        }
        hint = (
            _("Use a multi-class learner, or choose another label.")
            if len(classes) > 2
            else _("Train on rows of both classes.")
        )
        raise Refusal("label_not_two_class", message, hint=hint, status=422, where=where)
    if len(classes) < 2:
        message = _("The label column '%(name)s' holds one single value, '%(classes)s': there is nothing to learn.") % {
            "name": values.name,
            "classes": classes[0],
        }
        raise Refusal("label_constant", message, hint=_("Train on rows of several classes."), status=422, where=where)
    places = {name: place for place, name in enumerate(classes)}
    return values.cast(pl.String).replace_strict(places, return_dtype=pl.Int64).to_numpy(), classes


def _numeric_target(values: pl.Series, where: Where) -> Any:
    target = values.cast(pl.Float64).to_numpy()
    if not np.isfinite(target).all():
        row = int(np.argmin(np.isfinite(target)))
        message = _("The label column '%(name)s' holds an infinite value in row %(row)s.") % {
            "name": values.name,
            "row": row + 1,
        }
        where = Where(parameter="label_column", column=values.name, row=row)
        raise Refusal("infinite_value", message, hint=_("Remove such rows first."), status=422, where=where)
    if np.ptp(target) == 0:
        message = _("The label column '%(name)s' holds one single value, %(target)s: there is nothing to learn.") % {
            "name": values.name,
            "target": f"{target[0]:g}",
        }
        raise Refusal(
            "label_constant", message, hint=_("Train on rows with different labels."), status=422, where=where
        )
    return target


def tell_if_unfinished(estimator: Any, report: Reporter) -> None:
    learned = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
    if hasattr(learned, "coef_") and hasattr(learned, "tol") and learned.tol is not None:
        iterations = int(np.max(getattr(learned, "n_iter_", None) or 0))
        if iterations >= (learned.max_iter or np.inf):
            report.log(
                f"The optimizer stopped after {iterations} iterations, before it reached the tolerance. "
                "The model can be used; fewer rows or columns, or a larger tolerance, would let it finish."
            )
