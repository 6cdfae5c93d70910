"""Evaluate Recommender: how good predicted ratings or recommended items are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import problem
from mlops.blocks.recommendation import triple_problems
from mlops.formats.component import Component, Derived, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="evaluate_recommender",
    version="1",
    title="Evaluate Recommender",
    group="Recommendation",
    help="""Compares predicted ratings or recommended items with true ratings and says how good they are.

**When to use it.** After Score SVD Recommender or Score Wide & Deep Recommender: connect the true ratings that were
kept aside (users, items, ratings in the first three columns) and the scored table.

**What the numbers mean.** For predicted ratings: the mean absolute error (MAE) and the root mean squared error (RMSE),
in units of the rating; the second counts large misses more. For recommended items: the mean NDCG (normalized
discounted cumulative gain), 1 where every user's best items come first and lower where they come late. Score with
*From Rated Items* for it, so that the true rating of each recommended item is known.

**Example.** An MAE of 0.7 on a scale of 1 to 5: predictions are off by 0.7 stars on average.

**What comes out.** A table with these numbers and with how many ratings or users they rest on.""",
    inputs=(
        Port(name="test_dataset", type="table", label="Test dataset"),
        Port(name="scored_dataset", type="table", label="Scored dataset"),
    ),
    outputs=(Port(name="metric", type="table", label="Metric"),),
)
FIRST_ITEM = "Recommended Item 1"
RATING_METRICS = (
    Column(name="MAE", type="decimal"),
    Column(name="RMSE", type="decimal"),
    Column(name="Ratings", type="integer"),
)
ITEM_METRICS = (Column(name="NDCG", type="decimal"), Column(name="Users", type="integer"))


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    found: list[Problem] = list(triple_problems(inputs["test_dataset"].table, port="test_dataset"))
    scored = inputs["scored_dataset"].table
    columns: tuple[Column, ...] = ()
    if scored is not None and FIRST_ITEM in scored.names:
        columns = ITEM_METRICS
    elif scored is not None and {"User", "Item", "Rating"} <= set(scored.names):
        columns = RATING_METRICS
    elif scored is not None:
        message = _("The table holds neither predicted ratings nor recommended items.")
        hint = _("Connect the output of Score SVD Recommender or Score Wide & Deep Recommender.")
        found.append(problem("no_score_column", message, hint=hint, port="scored_dataset"))
    table = TableSchema(columns=columns, row_count=1) if columns else None
    return Derived(outputs={"metric": Shape(type="table", table=table)}, problems=tuple(found))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.rating_metrics import evaluate_recommender

    return evaluate_recommender(call)
