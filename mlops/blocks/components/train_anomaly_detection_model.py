"""Train Anomaly Detection Model: let a detector learn what is usual in a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.components.train_model import ranges_unused
from mlops.formats.component import Component, Derived, Port, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="train_anomaly_detection_model",
    version="1",
    title="Train Anomaly Detection Model",
    group="Anomaly Detection",
    help="""Lets a detector learn what is usual in a table, so that it can tell what is not.

**When to use it.** After a detector such as PCA-Based Anomaly Detection, on rows that are mostly usual.

**Example.** A year of sensor values of a pump; later values that do not fit get a score near 1.

**Which columns are used.** All except columns that are marked as label, weight or score. Mark a column that says
what an anomaly is as the label with Edit Metadata: it is left out, and Evaluate Model can use it.

**What comes out.** A trained model for Score Model, together with everything that was done to the columns on the
way.""",
    inputs=(
        Port(name="untrained_model", type="untrained_model", label="Untrained model", tasks=("anomaly",)),
        Port(name="dataset", type="table", label="Dataset"),
    ),
    outputs=(Port(name="trained_model", type="model", label="Trained model", tasks=("anomaly",)),),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    learner, table = inputs["untrained_model"], inputs["dataset"].table
    features = () if table is None else tuple(column.name for column in table.columns if column.role == "feature")
    shape = Shape(type="model", task="anomaly", algorithm=learner.algorithm, features=features)
    return Derived(outputs={"trained_model": shape}, problems=ranges_unused(learner))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.unsupervised import train_detector

    return {"trained_model": train_detector(call)}
