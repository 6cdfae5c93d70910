"""Train Clustering Model: find groups in a table, and say for each row which it is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.components.train_model import ranges_unused
from mlops.blocks.selection import read_selection, resolve
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="train_clustering_model",
    version="1",
    title="Train Clustering Model",
    group="Model Training",
    help="""Finds groups of rows that are alike, and says for each row which group it is in.

**When to use it.** After K-Means Clustering, on the columns by which rows should be alike.

**Example.** Column set `income` and `age`: each customer gets a number from 0 to 3 and the distances to the four
centres.

**What comes out.** A trained model for Assign Data to Clusters, together with everything that was done to the
columns on the way; and the table with `Assignments`, the number of the cluster, and the distance to each centre,
`DistancesToClusterCenter no.0` and so on. A column that is marked as label takes no part.""",
    inputs=(
        Port(name="untrained_model", type="untrained_model", label="Untrained model", tasks=("clustering",)),
        Port(name="dataset", type="table", label="Dataset"),
    ),
    outputs=(
        Port(name="trained_model", type="model", label="Trained model", tasks=("clustering",)),
        Port(name="results_dataset", type="table", label="Results dataset"),
    ),
    parameters=(
        Parameter(
            name="column_set",
            type="columns",
            label="Column set",
            required=True,
            port="dataset",
            help="Choose the columns by which rows are grouped.",
        ),
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
    learner, table = inputs["untrained_model"], inputs["dataset"].table
    features: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    if table is not None and parameters["column_set"] is not None:
        chosen, problems = resolve(read_selection(parameters["column_set"]), table, parameter="column_set")
        features = tuple(column.name for column in table.columns if column.name in chosen and column.role != "label")
    shape = Shape(type="model", task="clustering", algorithm=learner.algorithm, features=features)
    outputs = {"trained_model": shape, "results_dataset": Shape(type="table")}
    return Derived(outputs=outputs, problems=(*problems, *ranges_unused(learner)))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.unsupervised import train_clusters

    return train_clusters(call)
