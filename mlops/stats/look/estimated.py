"""Performance estimated without labels: of classifiers from calibrated confidence, of regressions from learned
errors."""

from __future__ import annotations

from typing import Any

from mlops.formats.monitor import SignalFound, SignalSettings
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.stats.look.performance import performance_found, read_both
from mlops.stats.look.scene import Scene, Tell
from mlops.stats.multivariate.matrix import coded, why_left_out
from mlops.stats.performance.confidence import calibrated, estimate, with_drawn_labels
from mlops.stats.performance.loss import expected_errors
from mlops.stats.performance.scored import Scored, measures
from mlops.stats.performance.spread import spreads
from mlops.stats.table import Table

NOTE = "estimated without labels"
MOST_ROWS = 50_000


def estimated_performance(scene: Scene, settings: SignalSettings, told: Tell) -> SignalFound:
    told("predictions")
    task, current, rows, labelled, labelled_rows = read_both(scene)
    before = measures(labelled)
    spread_before = spreads(lambda chosen, _generator: measures(labelled.at(chosen)), labelled.rows, seed=1)
    if task == "regression":
        told(_("expected errors"))
        values, spread = _of_errors(scene, current, rows, labelled, labelled_rows)
        before = {key: before[key] for key in values}
    else:
        told("calibrating")
        values, spread = _of_confidence(scene, current, labelled)
    return performance_found(
        scene, settings, task, values, spread, (before, spread_before), rows=current.rows, note=NOTE
    )


def _of_confidence(scene: Scene, current: Scored, labelled: Scored) -> Any:
    if current.probabilities is None:
        raise Refusal(
            "no_probabilities",
            _("Performance of a classifier is estimated from its probabilities, and none are known."),
            hint=_("Collect the probabilities of the model, and name their columns."),
        )
    chances = calibrated(current, labelled)
    values = estimate(current, chances, seed=scene.order.seed)
    spread = spreads(
        lambda rows, generator: measures(with_drawn_labels(current.at(rows), chances[rows], generator)),
        current.rows,
        seed=scene.order.seed,
    )
    return values, spread


def _of_errors(scene: Scene, current: Scored, rows: Any, labelled: Scored, labelled_rows: Any) -> Any:
    """The interval is that of the expected errors over other rows of the window."""
    import numpy as np

    first = slice(0, MOST_ROWS)
    labelled, labelled_rows = labelled.at(first), labelled_rows[first]
    features = _features(scene, scene.baseline, labelled_rows, labelled.predicted)
    new_features = _features(scene, scene.current, rows, current.predicted)
    absolute, squared = expected_errors(
        features, labelled.actual - labelled.predicted, new_features, seed=scene.order.seed
    )

    def of(chosen: Any) -> dict[str, float]:
        return {
            "mean_absolute_error": float(absolute[chosen].mean()),
            "root_mean_squared_error": float(np.sqrt(squared[chosen].mean())),
        }

    return of(slice(None)), spreads(lambda chosen, _generator: of(chosen), current.rows, seed=scene.order.seed)


def _features(scene: Scene, table: Table, rows: Any, predicted: Any) -> Any:
    import numpy as np

    columns = [predicted]
    for name in scene.features:
        column = scene.baseline_column(name)
        if not why_left_out(column):
            columns.append(coded(column, table.column(name))[rows])
    return np.column_stack(columns)
