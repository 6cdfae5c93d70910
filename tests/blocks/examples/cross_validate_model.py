from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.blocks.examples import Example, Fault

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    learner = workshop.run("boosted_decision_tree_regression", {"number_of_trees": 5})["untrained_model"]
    return {"untrained_model": learner, "dataset": data}


EXAMPLE = Example(
    parameters={"label_column": "price", "number_of_folds": 3},
    inputs=inputs,
    faults=(
        Fault(code="column_not_found", parameters={"label_column": "prise"}),
        Fault(code="too_few_rows", parameters={"number_of_folds": 100}),
    ),
)
