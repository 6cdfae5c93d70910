from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"selected_columns": ["power", "weight"], "number_of_dimensions": 1},
    needs_every_column=True,
    faults=(
        Fault(code="parameter_range", parameters={"number_of_dimensions": 3}),
        Fault(code="column_not_numeric", parameters={"selected_columns": ["make"]}),
    ),
)
