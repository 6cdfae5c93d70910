from __future__ import annotations

from tests.blocks.cars import cars
from tests.blocks.examples import Example, Fault

EXAMPLE = Example(
    parameters={"action": "replace_values", "replace": "custom", "custom_value": "audi", "new_value": "vw"},
    faults=(
        Fault(
            code="replacement_unfit",
            parameters={"replace": "missing", "new_value": "none"},
            frame=lambda: cars(gaps=True),
        ),
    ),
)
