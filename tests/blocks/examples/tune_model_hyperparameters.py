from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.blocks.cars import cars
from tests.blocks.examples import Example, Fault

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop

RANGES = {
    "create_trainer_mode": "parameter_range",
    "number_of_trees_range": "5; 10",
    "maximum_number_of_leaves_per_tree_range": "4; 8; 16",
    "learning_rate_range": "0.1; 0.3",
    "minimum_number_of_training_instances_required_to_form_a_leaf_range": "5",
}


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    learner = workshop.run("boosted_decision_tree_regression", RANGES)["untrained_model"]
    return {"untrained_model": learner, "training_dataset": data}


EXAMPLE = Example(
    parameters={"label_column": "price", "maximum_number_of_runs": 3, "number_of_folds": 2},
    inputs=inputs,
    faults=(
        Fault(code="column_not_found", parameters={"label_column": "prise"}),
        Fault(code="too_few_rows", frame=lambda: cars(3)),
    ),
)
