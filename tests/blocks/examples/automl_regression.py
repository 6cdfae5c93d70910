from __future__ import annotations

from tests.blocks.cars import cars
from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={
        "label_column": "price",
        "time_budget_in_minutes": 0,
        "maximum_number_of_trials": 3,
        "number_of_folds": 2,
    },
    faults=(
        Fault(code="column_not_found", parameters={"label_column": "prise"}),
        Fault(code="too_few_rows", frame=lambda: cars(3)),
        Fault(code="no_features", frame=lambda: cars().select("price")),
    ),
)
