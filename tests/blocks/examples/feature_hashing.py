from __future__ import annotations

from tests.blocks.cars import cars
from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    frame=cars,
    parameters={"target_columns": ["make", "sold"], "hashing_bitsize": 4},
    needs_every_column=True,
    faults=(
        Fault(code="column_not_text", parameters={"target_columns": ["power"]}),
        Fault(code="no_words", parameters={"hashing_bitsize": 20}, frame=lambda: cars().head(0)),
    ),
)
