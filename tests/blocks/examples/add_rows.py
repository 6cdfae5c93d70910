from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.blocks.examples import Example

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    halves = workshop.run("split_data", {}, dataset=data)
    return {"dataset1": halves["results_dataset1"], "dataset2": halves["results_dataset2"]}


EXAMPLE = Example(inputs=inputs)
