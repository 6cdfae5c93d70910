from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.blocks.examples import Example, run_example

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    return {"scored_dataset": run_example(workshop, "score_model", data)["scored_dataset"]}


EXAMPLE = Example(inputs=inputs)
