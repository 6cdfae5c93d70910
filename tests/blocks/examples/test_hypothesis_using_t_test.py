from __future__ import annotations

from tests.blocks.cars import cars
from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"column_1": "power", "column_2": "weight"},
    needs_every_column=True,
    faults=(
        Fault(code="column_not_numeric", parameters={"column_1": "make"}),
        Fault(code="too_few_rows", frame=lambda: cars(1)),
    ),
)
