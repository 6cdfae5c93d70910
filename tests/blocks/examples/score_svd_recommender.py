from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tests.blocks.examples import Example, Fault
from tests.blocks.ratings import ratings, svd

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    return {"trained_model": svd(workshop), "dataset_to_score": data}


EXAMPLE = Example(
    frame=ratings,
    inputs=inputs,
    parameters={"return_predicted_ratings": True},
    faults=(
        Fault(code="too_few_columns", frame=lambda: ratings().select("person")),
        Fault(code="missing_values", frame=lambda: ratings().with_columns(film=pl.lit(None, dtype=pl.Int64))),
    ),
)
