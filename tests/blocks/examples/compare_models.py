from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.blocks.cars import cars
from tests.blocks.examples import Example, Fault, run_example

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    other = workshop.trained("boosted_decision_tree_regression", workshop.put(cars()))
    return {
        "scored_dataset1": run_example(workshop, "score_model", data)["scored_dataset"],
        "scored_dataset2": workshop.run("score_model", {}, trained_model=other, dataset=data)["scored_dataset"],
    }


EXAMPLE = Example(
    parameters={"resamples": 50, "names": "Linear; Trees"},
    inputs=inputs,
    faults=(Fault(code="no_rows", frame=lambda: cars().head(0)),),
)
