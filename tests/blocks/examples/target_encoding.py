from __future__ import annotations

from tests.blocks.cars import cars
from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"label_column": "price"},
    faults=(
        Fault(code="column_not_found", parameters={"label_column": "prise"}),
        Fault(code="label_type", parameters={"label_column": "make", "columns_to_encode": ["sold"]}),
        Fault(code="too_few_rows", frame=lambda: cars(3)),
    ),
)
