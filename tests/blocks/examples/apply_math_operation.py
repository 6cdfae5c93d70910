from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"category": "operations", "operations_function": "divide", "second_argument": 3.0},
    faults=(
        Fault(code="column_not_numeric", parameters={"column_set": ["make"]}),
        Fault(
            code="wrong_number_of_columns",
            parameters={
                "column_set": ["power", "weight", "price"],
                "second_argument_type": "column_set",
                "second_argument_columns": ["power", "weight"],
            },
        ),
    ),
)
