from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.blocks.examples import Example
from tests.blocks.pictures import directory, network

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    return {"trained_model": network(workshop, epochs=1), "dataset": directory(workshop, each=4)}


EXAMPLE = Example(inputs=inputs, takes_odd_tables=False)
