from __future__ import annotations

import polars as pl

from tests.blocks.examples import Example, Fault
from tests.blocks.ratings import SVD, ratings

EXAMPLE = Example(
    frame=ratings,
    parameters=SVD,
    takes_odd_tables=False,
    faults=(
        Fault(code="too_few_columns", frame=lambda: ratings().drop("stars")),
        Fault(code="label_not_numeric", frame=lambda: ratings().select("stars", "film", "person")),
        Fault(code="too_few_rows", frame=lambda: ratings().head(0)),
        Fault(code="rated_twice", frame=lambda: pl.concat([ratings(), ratings()])),
        Fault(code="missing_values", frame=lambda: ratings().with_columns(stars=pl.lit(None, dtype=pl.Float64))),
        Fault(code="training_diverged", parameters={"learning_rate": 2.0}),
    ),
)
