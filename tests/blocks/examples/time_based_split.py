from __future__ import annotations

from tests.blocks.cars import cars
from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"time_column": "built", "rows_to_leave_out": 3},
    faults=(
        Fault(code="missing_value", frame=lambda: cars(gaps=True)),
        Fault(code="column_type", parameters={"time_column": "make"}),
        Fault(code="expression_invalid", parameters={"split_by": "point", "point_in_time": "next week"}),
    ),
)
