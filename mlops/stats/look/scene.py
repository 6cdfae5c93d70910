"""What every signal of a look works on: both tables, their columns by part, and the baseline's columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops.formats.collection import AT, CORRELATION_ID, REQUEST_ID, ROW
from mlops.formats.looking import LookOrder
from mlops.formats.monitor import SignalSettings
from mlops.stats.drift.baseline import BaselineColumns
from mlops.stats.look.segments import texts
from mlops.stats.table import Table, no_column, open_table

if TYPE_CHECKING:
    from mlops.stats.drift.column import Column

BOOKKEEPING = {REQUEST_ID, CORRELATION_ID, ROW, AT}
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Scene:
    order: LookOrder
    baseline: Table
    current: Table
    columns: BaselineColumns
    segment: str = ""
    """`column=value` where only those rows are looked at."""
    parts: int = 1
    """How many scenes (the whole and its segments) share one false-alarm rate."""

    @property
    def sampled_rows(self) -> int | None:
        """Of the window, where it has more rows than are looked at."""
        most = self.order.most_rows
        return self.current.rows if most is not None and self.current.all_rows > most else None

    @property
    def features(self) -> tuple[str, ...]:
        """Those that the order names; else all that both have and that are nothing else."""
        if self.order.features:
            return self.order.features
        other = {self.order.prediction, self.order.label, *self.order.probabilities.values(), *self.order.others}
        other |= {*self.order.attributions.values(), *BOOKKEEPING}
        return tuple(name for name in self.baseline.names if name in self.current.stored and name not in other)

    def wanted(self, settings: SignalSettings) -> tuple[str, ...]:
        """The features of a signal. Refuses names that are none."""
        features = settings.features or self.features
        for name in features:
            for table in (self.baseline, self.current):
                if name not in table.stored:
                    raise no_column(name, table)
        if settings.top_features is None or settings.features:
            return features
        ranked = sorted(features, key=lambda name: -self.order.importances.get(name, 0.0))
        return tuple(ranked[: settings.top_features])

    def baseline_column(self, name: str) -> Column:
        return self.columns.of(name)


def open_scene(order: LookOrder) -> Scene:
    baseline = open_table(order.baseline, name=order.baseline_name or "The baseline")
    current = open_table(order.current, name=order.target_name or "The window")
    baseline = baseline.sampled(order.most_rows, seed=order.seed)
    current = current.sampled(order.most_rows, seed=order.seed + 1)
    return Scene(order=order, baseline=baseline, current=current, columns=_columns(order, baseline))


def segmented(scene: Scene, column: str, value: str, *, parts: int) -> Scene:
    """Only the rows of both whose `column` has this value, as text."""
    baseline = scene.baseline.where(_equals(scene.baseline, column, value))
    current = scene.current.where(_equals(scene.current, column, value))
    return replace(
        scene,
        baseline=baseline,
        current=current,
        columns=_columns(scene.order, baseline),
        segment=f"{column}={value}",
        parts=parts,
    )


def _columns(order: LookOrder, baseline: Table) -> BaselineColumns:
    folder = Path(order.summaries) if order.summaries else None
    return BaselineColumns(table=baseline, kinds=order.kinds, folder=folder)


def _equals(table: Table, column: str, value: str) -> Any:
    return (texts(table.column(column)) == value).fill_null(False).to_numpy()
