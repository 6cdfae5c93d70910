"""What is known of users or items besides their ids: texts as category numbers, numbers on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.values import Table

MOST_CATEGORIES = 10_000


class SideFeatures:
    """One row for each id. A gap, an unseen category and an id without a row count as unknown (0)."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self.categories: dict[str, dict[str, int]] = {}
        self.scales: dict[str, tuple[float, float]] = {}
        self.texts: Any = np.zeros((1, 0), dtype=np.int64)
        self.numbers: Any = np.zeros((1, 0), dtype=np.float32)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many numbers each text feature may have, 0 (unknown) included."""
        return tuple(len(known) + 1 for known in self.categories.values())

    @property
    def width(self) -> int:
        return len(self.scales)

    def of(self, ids: list[str | None]) -> tuple[Any, Any]:
        """Rows of text features [ids, features] and number features; the first row stands for the unknown."""
        places = [self.places.get(name or "", 0) for name in ids]
        return self.texts[places], self.numbers[places]

    def extended(self, table: Table) -> SideFeatures:
        """With the rows of another table of the same columns, which take the place of equal ids."""
        other = SideFeatures()
        other.categories, other.scales = self.categories, self.scales
        texts, numbers = _encoded(table.frame, self)
        other.texts, other.numbers = np.vstack([self.texts, texts]), np.vstack([self.numbers, numbers])
        first = self.texts.shape[0]
        ids = table.frame.to_series(0).cast(pl.String).to_list()
        other.places = self.places | {name: first + row for row, name in enumerate(ids) if name is not None}
        return other


def learned_features(table: Table | None, *, port: str) -> SideFeatures:
    """The first column of the table is the id. Raises Refusal `rated_twice`, `too_many_categories`."""
    found = SideFeatures()
    if table is None:
        return found
    frame = table.frame
    ids = frame.to_series(0)
    if ids.drop_nulls().is_duplicated().any():
        name = ids.drop_nulls().filter(ids.drop_nulls().is_duplicated())[0]
        message = _("'%(name)s' is in the first column, '%(name_2)s', more than once.") % {
            "name": name,
            "name_2": ids.name,
        }
        hint = _("Put Remove Duplicate Rows on that column before it.")
        raise Refusal("duplicate_ids", message, hint=hint, status=422, where=Where(port=port, column=ids.name))
    for column in frame.columns[1:]:
        values = frame[column]
        if values.dtype.is_numeric() or values.dtype == pl.Boolean:
            numbers = values.cast(pl.Float64).drop_nulls()
            numbers = numbers.filter(numbers.is_finite())
            spread = numbers.std(ddof=0) if numbers.len() else 0.0
            mean = numbers.mean() if numbers.len() else 0.0
            found.scales[column] = (float(mean or 0.0), float(spread or 0.0) or 1.0)  # type: ignore[arg-type]
        else:
            known = values.cast(pl.String).drop_nulls().unique().sort()
            if known.len() > MOST_CATEGORIES:
                message = _("Column '%(column)s' holds %(len)s different texts, more than %(most_categories)s.") % {
                    "column": column,
                    "len": f"{known.len():,}",
                    "most_categories": f"{MOST_CATEGORIES:,}",
                }
                hint = _("Leave it out with Select Columns in Dataset.")
                where = Where(port=port, column=column)
                raise Refusal("too_many_categories", message, hint=hint, status=422, where=where)
            found.categories[column] = {name: place + 1 for place, name in enumerate(known)}
    found.texts = np.zeros((1, len(found.categories)), dtype=np.int64)
    found.numbers = np.zeros((1, len(found.scales)), dtype=np.float32)
    return found.extended(table)


def _encoded(frame: pl.DataFrame, known: SideFeatures) -> tuple[Any, Any]:
    """A column that is not there counts as unknown throughout."""
    texts = np.zeros((frame.height, len(known.categories)), dtype=np.int64)
    numbers = np.zeros((frame.height, len(known.scales)), dtype=np.float32)
    for place, (column, categories) in enumerate(known.categories.items()):
        if column in frame.columns:
            values = frame[column].cast(pl.String).to_list()
            texts[:, place] = [categories.get(value, 0) if value is not None else 0 for value in values]
    for place, (column, (mean, spread)) in enumerate(known.scales.items()):
        if column in frame.columns:
            cells = frame[column].cast(pl.Float64, strict=False).fill_null(mean).fill_nan(mean).to_numpy()
            numbers[:, place] = np.nan_to_num((cells - mean) / spread, posinf=0.0, neginf=0.0)
    return texts, numbers
