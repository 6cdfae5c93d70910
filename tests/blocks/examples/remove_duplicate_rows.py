from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"key_columns": ["make", "turbo"]},
    needs_every_column=True,
    faults=(Fault(code="column_not_found", parameters={"key_columns": ["maker"]}),),
)
