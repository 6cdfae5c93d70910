"""Train Model: let a learner learn from a table; what comes out carries its transforms along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import column_not_found, problem
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

TASKS = ("regression", "quantile", "two_class", "multiclass")
NUMERIC = ("regression", "quantile")

DEFINITION = Component(
    name="train_model",
    version="1",
    title="Train Model",
    group="Model Training",
    help="""Lets a learner learn how one column, the label, follows from the others.

**When to use it.** After Split Data: connect a learner (such as Linear Regression) on the left and the training
rows on the right, and choose the column to predict.

**Example.** Label column `price`, 144 cars: the model learns how make, size and power make the price.

**Which columns are used.** All except the label and score columns. Numbers and yes/no columns enter as they
are, text columns as one yes/no per category (a category not seen here counts as none of them), dates as days. A
text column with more than 1,000 different values is refused: leave it out with Select Columns in Dataset.

**What comes out.** A trained model together with everything that was done to the columns on the way (cleaning,
scaling, renaming), so that it can score rows as they were in the dataset. This is checked at once: rows of the
dataset are scored through the model alone and must give the same scores as in the pipeline.""",
    inputs=(
        Port(name="untrained_model", type="untrained_model", label="Untrained model", tasks=TASKS),
        Port(name="dataset", type="table", label="Dataset"),
    ),
    outputs=(Port(name="trained_model", type="model", label="Trained model", tasks=TASKS),),
    parameters=(
        Parameter(
            name="label_column",
            type="column",
            label="Label column",
            required=True,
            port="dataset",
            help="Choose the column that the model learns to predict.",
        ),
        Parameter(
            name="model_explanations",
            type="boolean",
            label="Model explanations",
            default=False,
            help="Also say why the model scores as it does: on the tab Explanations of the run and of the version.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    learner, table = inputs["untrained_model"], inputs["dataset"].table
    label = parameters["label_column"] or ""
    features: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    if table is not None and label:
        features = feature_names(table, label)
        problems = label_problems(table, label, learner)
    problems += ranges_unused(learner)
    shape = Shape(type="model", task=learner.task, algorithm=learner.algorithm, label=label, features=features)
    return Derived(outputs={"trained_model": shape}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.training import train

    return {"trained_model": train(call)}


def ranges_unused(learner: Shape) -> tuple[Problem, ...]:
    if not learner.ranged:
        return ()
    message = _("The learner offers ranges of values to try, of which this step uses the defaults only.")
    hint = _("Use Tune Model Hyperparameters instead, or set the learner's trainer mode to SingleParameter.")
    return (problem("ranges_unused", message, hint=hint, severity="warning", port="untrained_model"),)


def feature_names(table: TableSchema, label: str) -> tuple[str, ...]:
    """Columns that a model learns from: neither the label nor marked as label, weight or score."""
    return tuple(column.name for column in table.columns if column.role == "feature" and column.name != label)


def label_problems(table: TableSchema, label: str, learner: Shape, *, port: str = "dataset") -> tuple[Problem, ...]:
    """What stands in the way of learning the label from the other columns."""
    column = table.column(label)
    if column is None:
        return (column_not_found(label, table.names, parameter="label_column", port=port),)
    where: dict[str, Any] = {"parameter": "label_column", "column": label}
    if learner.task in NUMERIC and column.type not in ("integer", "decimal"):
        message = _("The label column '%(label)s' holds %(type)s values, but %(title)s predicts numbers.") % {
            "label": label,
            "type": column.type,
            "title": _title(learner),
        }
        hint = _("Choose a number column, or use a classification learner.")
        return (problem("label_not_numeric", message, hint=hint, **where),)
    if learner.task not in NUMERIC and column.type == "date":
        message = _("The label column '%(label)s' holds dates, which are no classes.") % {"label": label}
        return (problem("label_type", message, hint=_("Choose a column of text, whole numbers or yes/no."), **where),)
    if not feature_names(table, label):
        message = _("There is no column left to learn from besides the label '%(label)s'.") % {"label": label}
        hint = _("Select at least one more column in Select Columns in Dataset.")
        return (problem("no_features", message, hint=hint, port=port),)
    return ()


def _title(learner: Shape) -> str:
    return learner.algorithm.replace("_", " ").title() if learner.algorithm else "the learner"
