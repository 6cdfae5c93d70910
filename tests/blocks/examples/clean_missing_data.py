from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"cleaning_mode": "replace_with_mode", "generate_missing_value_indicator_column": True},
    faults=(Fault(code="column_not_found", parameters={"columns_to_be_cleaned": ["pover"]}),),
)
