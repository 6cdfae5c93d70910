"""Attributions of a table's rows: given as columns, or found by the model itself, or by a surrogate that learns its
predictions; and how far they agree with themselves where only chance is at work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext
from mlops.stats.attribution import surrogate
from mlops.stats.attribution.agreement import normalized_discounted_cumulative_gain
from mlops.stats.attribution.command import scorer_of
from mlops.stats.attribution.permuting import movements
from mlops.stats.look.scene import Scene
from mlops.stats.multivariate.matrix import coded
from mlops.stats.table import Table

MOST_SCORED, MOST_LEARNED = 500, 5_000
RESAMPLES, REFITS = 200, 20


@dataclass(frozen=True)
class Attributed:
    names: tuple[str, ...]
    sizes: Any
    """[names], 0 or more."""
    by_row: Any = None
    """[rows, names]; None: learned from all rows together."""

    def agreements(self, scene: Scene) -> list[float]:
        """Of attributions from pairs of draws of the baseline, the second as large as the window."""
        import numpy as np

        if self.by_row is None:
            return [
                normalized_discounted_cumulative_gain(self.sizes, _refitted(scene, self.names, draw))
                for draw in range(REFITS)
            ]
        generator = np.random.default_rng(scene.order.seed)
        rows = min(scene.current.rows, len(self.by_row))
        pairs = ((self._drawn(generator, len(self.by_row)), self._drawn(generator, rows)) for _ in range(RESAMPLES))
        return [normalized_discounted_cumulative_gain(first, second) for first, second in pairs]

    def _drawn(self, generator: Any, rows: int) -> Any:
        return self.by_row[generator.integers(0, len(self.by_row), rows)].mean(axis=0)


def attributed(scene: Scene, table: Table, names: tuple[str, ...], *, seed: int) -> Attributed:
    order = scene.order
    if order.attributions:
        names = tuple(name for name in names if name in order.attributions)
        part = table.sampled(MOST_LEARNED, seed=seed)
        return _by_rows(names, abs(part.frame([order.attributions[name] for name in names]).to_numpy()))
    if order.scorer:
        frame = table.sampled(MOST_SCORED, seed=seed).frame(scene.features)
        return _by_rows(names, movements(frame, scorer_of(order.scorer), names=names, seed=seed))
    return Attributed(names, _learned(scene, table.sampled(MOST_LEARNED, seed=seed), names, seed))


def _by_rows(names: tuple[str, ...], values: Any) -> Attributed:
    import numpy as np

    values = np.nan_to_num(np.asarray(values, dtype=float))
    return Attributed(names, values.mean(axis=0), values)


def _refitted(scene: Scene, names: tuple[str, ...], draw: int) -> Any:
    rows = min(scene.current.rows, scene.baseline.rows, MOST_LEARNED)
    return _learned(scene, scene.baseline.drawn(rows, seed=draw), names, draw)


def _learned(scene: Scene, table: Table, names: tuple[str, ...], seed: int) -> Any:
    import numpy as np

    columns = [scene.baseline_column(name) for name in names]
    values = np.column_stack([coded(column, table.column(column.name)) for column in columns])
    categorical = [place for place, column in enumerate(columns) if column.kind == "categorical"]
    predicted = _predicted(scene, table)
    known = np.isfinite(predicted)
    return surrogate.attributions(values[known], predicted[known], categorical=categorical, seed=seed)


def _predicted(scene: Scene, table: Table) -> Any:
    """As a number: a probability where there is one, else the number or the code of the class."""
    name = next(iter(scene.order.probabilities.values()), scene.order.prediction)
    if not name:
        raise Refusal(
            "no_prediction",
            gettext("It is not known which column has the prediction."),
            hint=gettext("Name it in the monitor's settings (prediction)."),
        )
    return coded(scene.baseline_column(name), table.column(name))
