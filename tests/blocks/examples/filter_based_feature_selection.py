from __future__ import annotations

from tests.blocks.cars import cars
from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"target_column": "price", "number_of_desired_features": 2, "feature_scoring_method": "chi_squared"},
    faults=(
        Fault(code="column_not_found", parameters={"target_column": "prise"}),
        Fault(code="no_features", frame=lambda: cars().select("price")),
    ),
)
