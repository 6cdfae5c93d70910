"""Assign Data to Clusters: say for each row of a table which group of a trained clustering it is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.components.score_model import missing_features
from mlops.formats.component import Component, Derived, Parameter, Port, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="assign_data_to_clusters",
    version="1",
    title="Assign Data to Clusters",
    group="Model Scoring and Evaluation",
    help="""Says for each row of a table which group of a trained clustering it is in.

**When to use it.** On rows that came later than those of Train Clustering Model. They must have the same columns,
prepared in the same way.

**Example.** Today's new customers each get the number of the nearest of four groups.

**What comes out.** The table with `Assignments`, the number of the nearest centre, and the distance to each centre,
`DistancesToClusterCenter no.0` and so on. Evaluate Model says how compact the groups are.""",
    inputs=(
        Port(name="trained_model", type="model", label="Trained model", tasks=("clustering",)),
        Port(name="dataset", type="table", label="Dataset"),
    ),
    outputs=(Port(name="results_dataset", type="table", label="Results dataset"),),
    parameters=(
        Parameter(
            name="append_or_result_only",
            type="boolean",
            label="Check for Append or Uncheck for Result Only",
            default=True,
            help="Keep the table's columns beside the assignments.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    model, table = inputs["trained_model"], inputs["dataset"].table
    problems = () if table is None else missing_features(model.features, table)
    return Derived(outputs={"results_dataset": Shape(type="table")}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.scoring import score_table

    model, table = call.model("trained_model"), call.table("dataset")
    call.report.log(f"Assigned {table.frame.height} rows.")
    return {"results_dataset": score_table(model, table, append=call.parameters["append_or_result_only"])}
