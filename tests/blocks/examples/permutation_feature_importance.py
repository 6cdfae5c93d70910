from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.blocks.cars import cars
from tests.blocks.examples import Example, Fault

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    model = workshop.trained("linear_regression", workshop.put(cars()))
    return {"trained_model": model, "test_data": data}


EXAMPLE = Example(
    inputs=inputs,
    needs_every_column=True,
    faults=(
        Fault(code="no_label_column", frame=lambda: cars().drop("price")),
        Fault(code="missing_column", frame=lambda: cars().drop("power")),
    ),
)
