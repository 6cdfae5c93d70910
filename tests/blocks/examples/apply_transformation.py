from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.blocks.cars import cars
from tests.blocks.examples import Example, Fault

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    fitted = workshop.run("normalize_data", {}, dataset=workshop.put(cars()))["transformation_function"]
    return {"transformation": fitted, "dataset": data}


EXAMPLE = Example(
    inputs=inputs,
    needs_every_column=True,
    faults=(Fault(code="missing_column", frame=lambda: cars().drop("weight")),),
)
