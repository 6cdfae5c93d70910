"""Score Model: let a trained model predict for every row of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import problem
from mlops.blocks.score_columns import kept_columns, score_columns
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.table import TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

TASKS = ("regression", "quantile", "two_class", "multiclass", "anomaly")
NAMED = ("quantile", "multiclass", "clustering")
"""Tasks whose score columns are named after what is known after training only."""

DEFINITION = Component(
    name="score_model",
    version="1",
    title="Score Model",
    group="Model Scoring and Evaluation",
    help="""Lets a trained model predict for every row of a table.

**When to use it.** After Train Model, on the rows that were kept aside by Split Data; then connect Evaluate
Model to see how good the predictions are.

**Example.** 61 cars with their true price: each row gets one more column, `Scored Labels`, with the predicted
price.

**What comes out.** The table with score columns at its end. Regression: `Scored Labels`, the predicted number.
Two classes: `Scored Labels`, the predicted class, and `Scored Probabilities`, the probability of the positive
class (above 0.5 it is predicted). Several classes: `Scored Labels` and one `Scored Probabilities for Class "x"`
per class. Quantiles: `Scored Labels`, the middle one, and `Scored Quantile x` per quantile. Anomalies: `Scored
Labels`, 1 for an anomaly, and `Scored Probabilities`. With *Append score columns to output* off, only the score
columns come out.

The table must have the columns that the model learned from, prepared in the same way.""",
    inputs=(
        Port(name="trained_model", type="model", label="Trained model", tasks=TASKS),
        Port(name="dataset", type="table", label="Dataset"),
    ),
    outputs=(Port(name="scored_dataset", type="table", label="Scored dataset"),),
    parameters=(
        Parameter(
            name="append_score_columns",
            type="boolean",
            label="Append score columns to output",
            default=True,
            help="Keep the table's columns beside the scores.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    model, table = inputs["trained_model"], inputs["dataset"].table
    unknown = table is None or not model.task or (model.task in NAMED and not model.classes)
    problems = () if table is None else missing_features(model.features, table)
    if table is None or unknown:
        return Derived(outputs={"scored_dataset": Shape(type="table")}, problems=problems)
    label = table.column(model.label)
    scores = score_columns(model.task, model.classes, label_type=label.type if label else "string")
    kept = kept_columns(table, model.label, scores) if parameters["append_score_columns"] else ()
    scored = TableSchema(columns=kept + scores, row_count=table.row_count)
    return Derived(outputs={"scored_dataset": Shape(type="table", table=scored)}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.scoring import score_table

    model, table = call.model("trained_model"), call.table("dataset")
    scored = score_table(model, table, append=call.parameters["append_score_columns"])
    call.report.log(f"Scored {table.height} rows.")
    return {"scored_dataset": scored}


def missing_features(features: tuple[str, ...], table: TableSchema, *, port: str = "dataset") -> tuple[Problem, ...]:
    absent = [name for name in features if table.column(name) is None]
    if not absent:
        return ()
    listed = ", ".join(f"'{name}'" for name in absent[:5]) + (", …" if len(absent) > 5 else "")
    message = _("The table lacks %(listed)s, which the model learned from.") % {"listed": listed}
    hint = nearest(absent[0], table.names) or _("Connect the other output of the Split Data that Train Model reads.")
    return (problem("missing_column", message, hint=hint, port=port, column=absent[0]),)
