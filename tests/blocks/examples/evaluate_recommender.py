from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.blocks.examples import Example, Fault
from tests.blocks.ratings import ratings, svd

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop


def inputs(workshop: Workshop, data: Path) -> dict[str, Path]:
    asked = {"recommender_prediction_kind": "Rating Prediction"}
    ports = {"trained_model": svd(workshop), "dataset_to_score": workshop.put(ratings())}
    scored = workshop.run("score_svd_recommender", asked, **ports)["scored_dataset"]
    return {"test_dataset": data, "scored_dataset": scored}


EXAMPLE = Example(
    frame=ratings,
    inputs=inputs,
    takes_odd_tables=False,
    faults=(Fault(code="too_few_columns", frame=lambda: ratings().select("person")),),
)
