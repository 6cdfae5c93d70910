from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"stratified_split": True, "stratification_key_column": "make"},
    needs_every_column=True,
    faults=(Fault(code="column_not_found", parameters={"stratification_key_column": "maker"}),),
)
