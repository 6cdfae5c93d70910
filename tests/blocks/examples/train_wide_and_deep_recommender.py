from __future__ import annotations

from tests.blocks.examples import Example, Fault
from tests.blocks.ratings import DEEP, ratings

EXAMPLE = Example(
    frame=ratings,
    parameters=DEEP,
    takes_odd_tables=False,
    faults=(
        Fault(code="too_few_columns", frame=lambda: ratings().drop("stars")),
        Fault(code="bad_hidden_units", parameters={"hidden_units": "wide,deep"}),
    ),
)
