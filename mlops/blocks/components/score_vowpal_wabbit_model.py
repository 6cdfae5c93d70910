"""Score Vowpal Wabbit Model: predict for a table, or for lines in the program's own format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.components.train_vowpal_wabbit_model import ARGUMENTS, FILE_TYPE, argument_problems
from mlops.blocks.problems import problem
from mlops.formats.component import Component, Derived, Parameter, Port, Shape
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="score_vowpal_wabbit_model",
    version="1",
    title="Score Vowpal Wabbit Model",
    group="Text Analytics",
    extra="vowpal-wabbit",
    help="""Lets a model of Vowpal Wabbit predict.

**When to use it.** After Train Vowpal Wabbit Model, on a table with the same columns, or on lines in the format in
which the model learned: a zip archive with a text file, or a table with one column of lines. For a table that is to
keep its other columns use Score Model.

**Example.** A review in a table that the model learned from gets `Scored Labels` = `yes` and its probability.

**What comes out.** The score columns: the predicted number, or the predicted class and the probabilities. Before them
the label, where it is known and *Include an extra column containing labels* is on; behind them the raw score where it
is asked for (not with several classes). Connect Evaluate Model for how good they are. It needs the extra
`vowpal-wabbit`.""",
    inputs=(
        Port(name="trained_model", type="model", label="Trained Vowpal Wabbit model"),
        Port(name="test_data", type="any", label="Test data"),
    ),
    outputs=(Port(name="scored_dataset", type="table", label="Scored dataset"),),
    parameters=(
        ARGUMENTS,
        Parameter(
            name="name_of_the_test_data_file",
            type="string",
            label="Name of the test data file",
            default="",
            help="Of a zip archive with several files: which one to read.",
        ),
        FILE_TYPE,
        Parameter(
            name="include_an_extra_column_containing_labels",
            type="boolean",
            label="Include an extra column containing labels",
            default=True,
            help="Put the true label before the scores, for Evaluate Model.",
        ),
        Parameter(
            name="include_an_extra_column_containing_raw_scores",
            type="boolean",
            label="Include an extra column containing raw scores",
            default=False,
            help="Add the sum of the weights, before it becomes a probability.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    problems = list(argument_problems(parameters["vw_arguments"]))
    model = inputs["trained_model"]
    if model.algorithm not in ("", "train_vowpal_wabbit_model"):
        message = _("The model is none of Vowpal Wabbit.")
        problems.append(problem("wrong_task", message, hint=_("Use Score Model."), port="trained_model"))
    table = inputs["test_data"].table
    absent = [name for name in model.features if table is not None and table.column(name) is None]
    if absent and table is not None and len(table.columns) > 1:
        message = _("The table lacks '%(absent)s', which the model learned from.") % {"absent": absent[0]}
        hint = _("Prepare it in the same way as the training data.")
        problems.append(problem("missing_column", message, hint=hint, port="test_data", column=absent[0]))
    return Derived(outputs={"scored_dataset": Shape(type="table")}, problems=tuple(problems))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.vowpal import score

    return score(call)
