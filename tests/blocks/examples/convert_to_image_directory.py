from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.blocks.examples import Example
from tests.blocks.pictures import archive, zipped

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    return {"input_dataset": zipped(workshop, archive())}


EXAMPLE = Example(inputs=inputs, takes_odd_tables=False)
