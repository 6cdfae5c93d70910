from __future__ import annotations

from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"columns": ["make"], "grouping": "list", "groups": "german: audi, bmw"},
    needs_every_column=True,
    faults=(
        Fault(code="expression_invalid", parameters={"groups": "german"}),
        Fault(code="column_type", parameters={"columns": ["power"]}),
    ),
)
