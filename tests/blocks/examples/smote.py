from __future__ import annotations

from tests.blocks.cars import cars
from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"label_column": "sold", "smote_percentage": 200, "number_of_nearest_neighbors": 3},
    faults=(
        Fault(code="parameter_range", parameters={"smote_percentage": 150}),
        Fault(code="column_not_found", parameters={"label_column": "solid"}),
        Fault(code="missing_value", frame=lambda: cars(gaps=True)),
        Fault(code="label_type", parameters={"label_column": "price"}),
    ),
)
