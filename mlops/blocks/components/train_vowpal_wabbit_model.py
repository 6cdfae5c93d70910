"""Train Vowpal Wabbit Model: learn fast from many examples with the program of that name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import column_not_found, problem
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value
    from mlops.formats.model import ModelManifest

FILE_TYPES = ("VW", "SVMLight")
FILE_TYPE = Parameter(
    name="specify_file_type",
    type="choice",
    label="Specify file type",
    required=True,
    default="VW",
    choices=tuple(Choice(value=name, label=name) for name in FILE_TYPES),
    help="How the lines of a zip archive's file, or of a table with one column, are written.",
)
ARGUMENTS = Parameter(
    name="vw_arguments",
    type="string",
    label="VW arguments",
    default="",
    help="Options as on the command line of vw, such as --loss_function logistic. Empty: the defaults of vw.",
)
OWN_FILES = re.compile(
    r"^(-[iptfdrckaqP]?[iptfdrcka]$|--(initial_regressor|predictions|testonly|final_regressor|data|raw_predictions|"
    r"cache(_file)?|kill_cache|audit(_regressor)?|readable_model|invert_hash|save_per_pass|save_resume|daemon|port|"
    r"pid_file|feature_mask|dictionary(_path)?|output_feature_\w+|input_feature_\w+|json|dsjson|chain_hash|foreground|"
    r"span_server\w*|stdin|quiet|version|help|per_feature_regularizer_\w+|driver_output(_off)?|log_output)$)"
)
LINES = TableSchema(columns=(Column(name="line", type="string"),))

DEFINITION = Component(
    name="train_vowpal_wabbit_model",
    version="1",
    title="Train Vowpal Wabbit Model",
    group="Text Analytics",
    extra="vowpal-wabbit",
    help="""Learns with Vowpal Wabbit, a fast program for linear models on very many examples and features.

**When to use it.** For large amounts of text or of categories, and if you know the program's options.

**What to connect.** A table with a label column: each other column becomes a namespace of its own, numbers as they
are, texts word by word. Or examples that are written in the program's format (or SVMLight) already: a zip archive
with a text file, or a table with one column of lines; leave *Label column* empty then.

**What is learned follows from the arguments.** Without any: a number. `--loss_function logistic`: two classes.
`--oaa 3`: three classes; lines write them as 1, 2, 3. Options that name files are not allowed: inputs and outputs are
the connections of this step.

**Example.** `--loss_function logistic --passes 5 -b 20` on reviews with a label column `liked`.

**What comes out.** A trained model for Score Vowpal Wabbit Model or Score Model, which can be deployed; and where it
is asked for, the weights by number (readable model) and by name (inverted hash). A trained model at the second input
is learned on from where it stopped. It needs the extra `vowpal-wabbit`.""",
    inputs=(
        Port(name="training_data", type="any", label="Training data"),
        Port(name="pretrained_model", type="model", label="Pre-trained Vowpal Wabbit model", optional=True),
    ),
    outputs=(
        Port(name="trained_model", type="model", label="Trained model"),
        Port(name="readable_model", type="table", label="Readable model"),
        Port(name="inverted_hash", type="table", label="Inverted hash"),
    ),
    parameters=(
        ARGUMENTS,
        Parameter(
            name="label_column",
            type="column",
            label="Label column",
            port="training_data",
            help="Of a table: what to predict. Empty: the table or the file holds lines for vw.",
        ),
        Parameter(
            name="name_of_the_training_data_file",
            type="string",
            label="Name of the training data file",
            default="",
            help="Of a zip archive with several files: which one to read.",
        ),
        FILE_TYPE,
        Parameter(
            name="output_readable_model_file",
            type="boolean",
            label="Output readable model file",
            default=False,
            help="List the weights by the number of the feature.",
        ),
        Parameter(
            name="output_inverted_hash_file",
            type="boolean",
            label="Output inverted hash file",
            default=False,
            help="List the weights by the name of the feature; training takes longer.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    problems = list(argument_problems(parameters["vw_arguments"]))
    training = inputs["training_data"]
    label = parameters["label_column"] or ""
    if training.type not in ("table", "zip", "any"):
        message = _("Vowpal Wabbit learns from a table or a zip file.")
        problems.append(problem("input_type", message, hint=_("Connect one."), port="training_data"))
    if training.table is not None and label and training.table.column(label) is None:
        names = training.table.names
        problems.append(column_not_found(label, names, parameter="label_column", port="training_data"))
    before = inputs.get("pretrained_model")
    if before is not None and before.algorithm not in ("", DEFINITION.name):
        message = _("The pre-trained model is none of Vowpal Wabbit.")
        hint = _("Connect the output of Train Vowpal Wabbit Model.")
        problems.append(problem("wrong_task", message, hint=hint, port="pretrained_model"))
    task = "" if problems else task_of(parameters["vw_arguments"])
    features: tuple[str, ...] = ()
    if training.table is not None and label:
        features = tuple(c.name for c in training.table.columns if c.role == "feature" and c.name != label)
    model = Shape(type="model", task=task, algorithm=DEFINITION.name, label=label, features=features)
    lines = Shape(type="table", table=LINES)
    outputs = {"trained_model": model, "readable_model": lines, "inverted_hash": lines}
    return Derived(outputs=outputs, problems=tuple(problems))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.vowpal import train

    return train(call)


def predict(manifest: ModelManifest, estimator: Any, frame: pl.DataFrame) -> pl.DataFrame:
    from mlops.blocks.vowpal import predict_frame

    return predict_frame(manifest, estimator, frame)


def argument_problems(arguments: str | None) -> tuple[Problem, ...]:
    """Options that read or write files, or change what the step relies on."""
    try:
        words = shlex.split(arguments or "")
    except ValueError as error:
        message = _("The VW arguments cannot be read: %(error)s.") % {"error": error}
        return (problem("vw_argument", message, hint=_("Close the quote."), parameter="vw_arguments"),)
    for word in words:
        if OWN_FILES.match(word.partition("=")[0]) or word.startswith(("/", "~")) or ".." in word:
            message = _("The VW argument '%(word)s' is not allowed here.") % {"word": word}
            hint = _("Leave it out: files, caches and outputs are the business of this step.")
            return (problem("vw_argument", message, hint=hint, parameter="vw_arguments", value=word),)
    if "--oaa" in words and not classes_in("multiclass", arguments or ""):
        message = _("--oaa needs the number of classes behind it.")
        return (problem("vw_argument", message, hint=_("Write --oaa 3."), parameter="vw_arguments"),)
    return ()


def task_of(arguments: str | None) -> str:
    words = (arguments or "").replace("=", " ").split()
    if "--oaa" in words:
        return "multiclass"
    return "two_class" if "logistic" in words or "--binary" in words or "hinge" in words else "regression"


def classes_in(task: str, arguments: str) -> tuple[str, ...]:
    """Class names of lines: -1 and 1, or 1 to the number behind --oaa."""
    if task == "two_class":
        return ("-1", "1")
    found = re.search(r"--oaa[ =]+(\d{1,5})\b", arguments)
    return tuple(str(number) for number in range(1, int(found[1]) + 1)) if task == "multiclass" and found else ()
