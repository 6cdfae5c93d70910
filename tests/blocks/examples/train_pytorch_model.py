from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.blocks.examples import Example
from tests.blocks.pictures import directory

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    learner = workshop.run("resnet", {"model_name": "resnet18"})["untrained_model"]
    training = directory(workshop, mode="For training", each=4)
    validation = directory(workshop, each=4)
    return {"untrained_model": learner, "training_dataset": training, "validation_dataset": validation}


EXAMPLE = Example(inputs=inputs, parameters={"epochs": 1}, takes_odd_tables=False)
