from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.blocks.examples import Example, Fault
from tests.blocks.reviews import reviews

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    chosen = {"vw_arguments": "--loss_function logistic", "label_column": "liked"}
    trained = workshop.run("train_vowpal_wabbit_model", chosen, training_data=workshop.put(reviews()))
    return {"trained_model": trained["trained_model"], "test_data": data}


EXAMPLE = Example(
    frame=reviews,
    inputs=inputs,
    takes_odd_tables=False,
    faults=(Fault(code="missing_column", frame=lambda: reviews().drop("review")),),
)
