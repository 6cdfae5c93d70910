from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tests.blocks.examples import Example, Fault

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


MAKERS = pl.DataFrame({"make": ["audi", "bmw", "opel"], "country": ["D", "D", "D"], "since": [1909, 1916, 1862]})


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    return {"left_dataset": data, "right_dataset": workshop.put(MAKERS)}


EXAMPLE = Example(
    parameters={
        "join_key_columns_for_left_dataset": ["make"],
        "join_key_columns_for_right_dataset": ["make"],
        "join_type": "left_outer",
    },
    inputs=inputs,
    needs_every_column=True,
    faults=(
        Fault(code="column_not_found", parameters={"join_key_columns_for_left_dataset": ["maker"]}),
        Fault(code="column_types_differ", parameters={"join_key_columns_for_right_dataset": ["since"]}),
    ),
)
