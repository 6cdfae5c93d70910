"""Which rows are explained, and what they are compared with: drawn once, by a seed, from rows that the model takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from mlops.explanations.computing.model import Numbers, OpenModel
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

LEAST_BACKGROUND = 2


@dataclass(frozen=True, kw_only=True)
class Sample:
    """`frame`: with all columns of the data; `rows`: the request columns; `numbers`: of the rows in the data."""

    frame: pl.DataFrame
    rows: pl.DataFrame
    numbers: tuple[int, ...]
    total: int
    refused: int
    why: str = ""

    def told(self, seed: int) -> str:
        many = f"all {self.total:,} rows" if len(self.numbers) + self.refused >= self.total else ""
        drawn = f"{len(self.numbers) + self.refused:,} of {self.total:,} rows, drawn with the seed {seed}"
        refused = f"; the model refuses {self.refused:,} of them ({self.why.rstrip('.')})" if self.refused else ""
        return (many or drawn) + refused + "."


def drawn(model: OpenModel, data: pl.DataFrame, *, most: int, seed: int, only: Sequence[int] | None = None) -> Sample:
    """`only`: numbers of the rows from which is drawn. Raises Refusal `no_rows` where the model answers none."""
    known = np.arange(data.height)
    known = known if only is None else known[np.isin(known, np.asarray(only, dtype=np.int64))]
    if not len(known):
        raise Refusal("no_rows", _("The dataset has no rows."), hint=_("Choose another version of it."), status=422)
    chosen = known
    if len(known) > most:
        chosen = np.sort(np.random.default_rng(seed).choice(known, size=most, replace=False))
    frame = data[chosen]
    rows = model.request(frame)
    taken, why = _taken(model, rows)
    if not taken.any():
        raise Refusal(
            "no_rows",
            _("The model answers none of the rows that were drawn. %(why)s") % {"why": why},
            hint=_("Choose a dataset with rows as the model takes them."),
            status=422,
        )
    return Sample(
        frame=frame.filter(pl.Series(taken)),
        rows=rows.filter(pl.Series(taken)),
        numbers=tuple(int(one) for one in chosen[taken]),
        total=len(known),
        refused=int((~taken).sum()),
        why=why,
    )


def background_of(sample: Sample, *, most: int, seed: int) -> pl.DataFrame:
    height = sample.rows.height
    if height <= most:
        return sample.rows
    places = np.sort(np.random.default_rng([seed, 1]).choice(height, size=most, replace=False))
    return sample.rows[places]


def _taken(model: OpenModel, rows: pl.DataFrame) -> tuple[np.ndarray, str]:
    """Which rows the model answers with finite numbers, and why not the others."""
    taken, why = np.zeros(rows.height, dtype=bool), ""
    waiting = [(0, rows.height)]
    while waiting:
        first, count = waiting.pop()
        try:
            numbers: Numbers = model.numbers(rows.slice(first, count))
            taken[first : first + count] = np.isfinite(numbers).all(axis=1)
        except Refusal as refusal:
            why = refusal.message
            if count > 1:
                half = count // 2
                waiting += [(first, half), (first + half, count - half)]
    return taken, why
