from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.blocks.cars import cars
from tests.blocks.examples import Example, Fault

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    return {"left_dataset": data, "right_dataset": workshop.put(cars())}


EXAMPLE = Example(inputs=inputs, faults=(Fault(code="sizes_differ", frame=lambda: cars(10)),))
