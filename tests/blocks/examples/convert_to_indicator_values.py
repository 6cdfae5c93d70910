from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"categorical_columns_to_convert": ["make", "turbo"], "overwrite_categorical_columns": True},
    needs_every_column=True,
    faults=(Fault(code="column_not_categorical", parameters={"categorical_columns_to_convert": ["weight"]}),),
)
