from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from tests.blocks.examples import Example, Fault

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    folder = data.parent / f"{data.name}-archive"
    folder.mkdir()
    with ZipFile(folder / "data.zip", "w") as archive:
        archive.writestr("a.csv", "x,y\n1,2\n")
        archive.writestr("b/c.tsv", "z\nq\n")
    return {"dataset": folder}


EXAMPLE = Example(
    parameters={"dataset_to_unpack": "a.csv"},
    inputs=inputs,
    faults=(
        Fault(code="file_not_found", parameters={"dataset_to_unpack": "a.cvs"}),
        Fault(code="file_not_found", parameters={"dataset_to_unpack": ""}),
    ),
)
