"""How Train and Score Vowpal Wabbit Model run the program: arguments that are safe, tasks, models as bytes."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np
import polars as pl

from mlops.blocks.checking import checked
from mlops.blocks.components.score_model import missing_features
from mlops.blocks.components.train_vowpal_wabbit_model import DEFINITION, classes_in, task_of
from mlops.blocks.problems import as_refusal
from mlops.blocks.recipe import reduced, required_columns
from mlops.blocks.score_columns import LABELS, PROBABILITIES, probability_name, score_columns
from mlops.blocks.signatures import describe_signature
from mlops.blocks.values import Bundle, Table, TrainedModel, new_table
from mlops.blocks.vw_lines import LINE, SVMLIGHT, from_rows, from_svmlight, label_of, labelled, lines_in
from mlops.formats.model import Field, ModelManifest, Signature, Task
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, ColumnType, TableSchema
from mlops.stats.schema import column_type

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value


class VowpalModel:
    """`columns`: of a table's rows; empty where the model reads lines. Classes are 1, 2, … for the program; of two,
    -1 and 1."""

    def __init__(self, content: bytes, *, task: str, classes: tuple[str, ...], columns: tuple[str, ...]) -> None:
        self.content = content
        self.task = task
        self.classes = classes
        self.columns = columns

    def predict_lines(self, lines: Sequence[str], *, arguments: str = "") -> Any:
        """[lines, 1], or [lines, classes] of several. Raw scores of two classes."""
        several = "--probabilities" if self.task == "multiclass" else ""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.vw"
            path.write_bytes(self.content)
            workspace = _workspace(f"-i {path} -t --quiet {several} {arguments}")
            found = [workspace.predict(line) for line in lines]
            workspace.finish()
        width = len(self.classes) if self.task == "multiclass" else 1
        return np.asarray(found, dtype=np.float64).reshape(len(lines), width)


def train(call: Call) -> dict[str, Value]:
    given = call.inputs["training_data"]
    arguments = call.parameters["vw_arguments"]
    task = cast("Task", task_of(arguments))
    if isinstance(given, Table) and call.parameters["label_column"]:
        return _from_table(given, task, call)
    return _from_lines(_lines(given, call, "name_of_the_training_data_file"), task, given, call)


def predict_frame(manifest: ModelManifest, estimator: VowpalModel, frame: pl.DataFrame) -> pl.DataFrame:
    if estimator.columns:
        lines = from_rows(frame, estimator.columns)
    else:
        lines = [_without_label(line or "|") for line in frame[LINE].cast(pl.String).to_list()]
    return _scores(manifest, estimator.predict_lines(lines))


def score(call: Call) -> dict[str, Value]:
    model, given = call.model("trained_model"), call.inputs["test_data"]
    estimator, manifest = cast("VowpalModel", model.estimator), model.manifest
    if isinstance(given, Table) and estimator.columns:
        problems = missing_features(estimator.columns, given.schema)
        if problems:
            raise as_refusal(msgspec.structs.replace(problems[0], where=Where(port="test_data")))
        lines, labels = from_rows(given.frame, estimator.columns), None
        if manifest.label in given.frame.columns:
            labels = given.frame[manifest.label]
    else:
        read = _lines(given, call, "name_of_the_test_data_file")
        lines = [_without_label(line) for line in read]
        labels = _label_values([label_of(line) for line in read], manifest)
    numbers = estimator.predict_lines(lines, arguments=call.parameters["vw_arguments"])
    frame = _scores(manifest, numbers)
    columns = list(score_columns(manifest.task, manifest.classes, label_type=manifest.label_type))
    if call.parameters["include_an_extra_column_containing_labels"] and labels is not None:
        name = manifest.label or "Label"
        frame = frame.insert_column(0, labels.rename(name))
        columns.insert(0, Column(name=name, type=column_type(labels.dtype), role="label"))
    if call.parameters["include_an_extra_column_containing_raw_scores"] and numbers.shape[1] == 1:
        frame = frame.with_columns(pl.Series("Raw Scores", numbers[:, 0]))
        columns.append(Column(name="Raw Scores", type="decimal"))
    schema = TableSchema(columns=tuple(columns), row_count=frame.height)
    sources = tuple(dict.fromkeys(manifest.sources))
    call.report.log(f"Scored {frame.height} examples.")
    return {"scored_dataset": new_table(frame, sources=sources, schema=schema)}


def _from_table(table: Table, task: Task, call: Call) -> dict[str, Value]:
    label = call.parameters["label_column"]
    columns = tuple(c.name for c in table.schema.columns if c.role == "feature" and c.name != label)
    values = table.frame[label]
    if values.null_count() or not columns or table.frame.height < 2:
        message = _("The label column '%(label)s' has gaps, or there is nothing to learn from.") % {"label": label}
        hint = _("Put Clean Missing Data on the label, and keep at least one other column and two rows.")
        raise Refusal("label_missing", message, hint=hint, status=422, where=Where(parameter="label_column"))
    classes, targets = _targets(values, task, call.parameters["vw_arguments"])
    lines = labelled(from_rows(table.frame, columns), targets)
    content, readable, hashed = _learned(lines, call)
    source = table.meta.source or table.schema
    recipe, source = reduced(table.meta.recipe, source, features=columns, label=label)
    label_type: ColumnType = "decimal" if task == "regression" else column_type(values.dtype)
    required = required_columns(recipe, source, features=columns, complete=False)
    signature = describe_signature(
        table, recipe, source, (), required=required, task=task, classes=classes, label_type=label_type
    )
    manifest = msgspec.structs.replace(
        _manifest(task, label, classes, label_type, call),
        source=source,
        recipe=recipe,
        signature=signature,
        trained_rows=table.frame.height,
        sources=table.meta.sources,
        broken=table.meta.broken,
    )
    estimator = VowpalModel(content, task=task, classes=classes, columns=columns)
    call.report.log(f"Learned from {len(lines)} rows ({task.replace('_', ' ')}).")
    model = checked(manifest, estimator, table, report=call.report)
    return {"trained_model": model, "readable_model": readable, "inverted_hash": hashed}


def _from_lines(lines: list[str], task: Task, given: Any, call: Call) -> dict[str, Value]:
    classes = classes_in(task, call.parameters["vw_arguments"])
    label_type: ColumnType = "decimal" if task == "regression" else "string"
    manifest = msgspec.structs.replace(
        _manifest(task, "", classes, label_type, call),
        trained_rows=len(lines),
        sources=given.meta.sources if isinstance(given, Table) else (),
    )
    content, readable, hashed = _learned(lines, call)
    estimator = VowpalModel(content, task=task, classes=classes, columns=())
    reference = pl.DataFrame({LINE: [_without_label(line) for line in lines[:100]]})
    call.report.log(f"Learned from {len(lines)} lines ({task.replace('_', ' ')}).")
    model = TrainedModel(manifest=manifest, estimator=estimator, reference=reference)
    return {"trained_model": model, "readable_model": readable, "inverted_hash": hashed}


def _manifest(task: Task, label: str, classes: tuple[str, ...], label_type: ColumnType, call: Call) -> ModelManifest:
    """Of a model that reads lines."""
    from importlib.metadata import version

    outputs = score_columns(task, classes, label_type=label_type)
    return ModelManifest(
        task=task,
        algorithm=DEFINITION.name,
        label=label,
        classes=classes,
        label_type=label_type,
        source=TableSchema(columns=(Column(name=LINE, type="string"),)),
        recipe=(),
        features=(),
        signature=Signature(
            inputs=(Field(name=LINE, type="string", required=True),),
            outputs=tuple(Field(name=column.name, type=column.type) for column in outputs),
        ),
        framework="vowpalwabbit",
        framework_version=version("vowpalwabbit"),
        parameters=dict(call.parameters),
    )


def _targets(values: pl.Series, task: Task, arguments: str) -> tuple[tuple[str, ...], list[Any]]:
    """Labels as the program wants them: numbers; -1 and 1; or 1, 2, … of several classes."""
    where = Where(parameter="label_column", column=values.name)
    if task == "regression":
        if not values.dtype.is_numeric():
            message = _("The label column '%(name)s' holds no numbers.") % {"name": values.name}
            hint = _("Add --loss_function logistic for two classes, or --oaa and their number for several.")
            raise Refusal("label_not_numeric", message, hint=hint, status=422, where=where)
        return (), values.cast(pl.Float64).to_list()
    classes = tuple(values.unique().sort().cast(pl.String))
    expected = 2 if task == "two_class" else len(classes_in(task, arguments))
    if len(classes) != expected:
        message = _("The label column '%(name)s' holds %(count)s classes; the arguments are for %(expected)s.") % {
            "name": values.name,
            "count": len(classes),
            "expected": expected,
        }
        hint = (
            _("Use --oaa %(count)s.") % {"count": len(classes)}
            if len(classes) > 2
            else _("Use --loss_function logistic.")
        )
        raise Refusal("classes_differ", message, hint=hint, status=422, where=where)
    numbers = (-1, 1) if task == "two_class" else tuple(range(1, len(classes) + 1))
    places = dict(zip(classes, numbers, strict=True))
    return classes, [places[value] for value in values.cast(pl.String).to_list()]


def _lines(given: Any, call: Call, parameter: str) -> list[str]:
    """Of a zip archive's file, or of a table with one column."""
    port = "training_data" if "training_data" in call.inputs else "test_data"
    if isinstance(given, Bundle):
        found = lines_in(given, call.parameters[parameter] or "", port=port, parameter=parameter)
    elif isinstance(given, Table) and given.frame.width == 1 and given.schema.columns[0].type == "string":
        found = [line for line in given.frame.to_series().to_list() if line]
    else:
        message = _("The examples must be a zip archive with a text file, or a table with one text column of lines.")
        hint = _("Choose a label column on Train Vowpal Wabbit Model to learn from a table of several columns.")
        raise Refusal("not_vw_lines", message, hint=hint, status=422, where=Where(port=port))
    if not found:
        hint = _("Check the steps before.")
        raise Refusal("too_few_rows", _("There is no example."), hint=hint, status=422, where=Where(port=port))
    return from_svmlight(found) if call.parameters["specify_file_type"] == SVMLIGHT else found


def _learned(lines: list[str], call: Call) -> tuple[bytes, Table, Table]:
    """The trained model, going on from another one where that is connected; and its weights in words."""
    chosen = call.parameters
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, model = folder / "data.vw", folder / "model.vw"
        data.write_text("\n".join(lines) + "\n", encoding="utf-8")
        before = ""
        if "pretrained_model" in call.inputs:
            (folder / "before.vw").write_bytes(call.model("pretrained_model").estimator.content)
            before = f"-i {folder / 'before.vw'}"
        cache = f"--cache_file {folder / 'cache'} -k" if "--passes" in chosen["vw_arguments"] else ""
        _workspace(f"{_complete(chosen['vw_arguments'])} {before} {cache} -d {data} -f {model} --quiet").finish()
        readable = _told(
            f"-i {model} -t -d {data} --readable_model", folder, wanted=chosen["output_readable_model_file"]
        )
        hashed = _told(f"-i {model} -t -d {data} --invert_hash", folder, wanted=chosen["output_inverted_hash_file"])
        return model.read_bytes(), readable, hashed


def _told(arguments: str, folder: Path, *, wanted: bool) -> Table:
    """The lines of a file that the program writes; none where it was not asked for."""
    text = ""
    if wanted:
        _workspace(f"{arguments} {folder / 'told'} --quiet").finish()
        text = (folder / "told").read_text(errors="replace")
    return new_table(pl.DataFrame({LINE: text.splitlines()}, schema={LINE: pl.String}))


def _complete(arguments: str) -> str:
    """Several classes get probabilities, which need the logistic loss."""
    if task_of(arguments) != "multiclass":
        return arguments
    added = "" if "--loss_function" in arguments else "--loss_function logistic"
    return f"{arguments} {added} {'' if '--probabilities' in arguments else '--probabilities'}"


def _scores(manifest: ModelManifest, numbers: Any) -> pl.DataFrame:
    from mlops.blocks.prediction import class_values

    if manifest.task == "regression":
        return pl.DataFrame({LABELS: numbers[:, 0]})
    if manifest.task == "two_class":
        chances = 1 / (1 + np.exp(-numbers[:, 0]))
        labels = class_values(manifest.classes, manifest.label_type)[(chances > 0.5).astype(np.int64)]
        return pl.DataFrame({LABELS: labels, PROBABILITIES: chances})
    labels = class_values(manifest.classes, manifest.label_type)[numbers.argmax(axis=1).astype(np.int64)]
    shares = {probability_name(name): numbers[:, place] for place, name in enumerate(manifest.classes)}
    return pl.DataFrame({LABELS: labels, **shares})


def _label_values(labels: list[str], manifest: ModelManifest) -> pl.Series | None:
    """None where a line has no label."""
    if not all(labels):
        return None
    if manifest.task == "regression":
        return pl.Series("Label", labels).cast(pl.Float64, strict=False)
    return pl.Series("Label", labels, dtype=pl.String)


def _without_label(line: str) -> str:
    before, bar, after = line.partition("|")
    return f"{bar}{after}" if bar else f"| {before}"


def _workspace(arguments: str) -> Any:
    """Raises Refusal `vw_failed` with what the program said."""
    from vowpalwabbit import Workspace

    build = cast("Callable[[str], Any]", Workspace)
    try:
        return build(re.sub(r"\s+", " ", arguments).strip())
    except RuntimeError as error:
        message = _("Vowpal Wabbit refused: %(error)s.") % {"error": str(error).rstrip(".")}
        hint = _("Correct the VW arguments or the examples.")
        raise Refusal("vw_failed", message, hint=hint, status=422, where=Where(parameter="vw_arguments")) from error
