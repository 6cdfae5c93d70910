from __future__ import annotations

from tests.blocks.examples import Example, Fault
from tests.blocks.reviews import reviews

EXAMPLE = Example(
    frame=reviews,
    parameters={"text_column_to_clean": ["review"]},
    takes_odd_tables=False,
    faults=(
        Fault(code="column_not_text", parameters={"text_column_to_clean": ["stars"]}),
        Fault(code="column_not_found", parameters={"text_column_to_clean": ["revue"]}),
        Fault(code="bad_expression", parameters={"custom_regular_expression": "(unclosed"}),
    ),
)
