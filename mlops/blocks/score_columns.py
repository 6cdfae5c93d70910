"""The columns that scoring adds to a table, by the model's task: names, types and roles."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from mlops.formats.table import Column, ColumnType, Role, TableSchema

LABELS, PROBABILITIES = "Scored Labels", "Scored Probabilities"
ASSIGNMENTS = "Assignments"
ANOMALY = "1"
"""The class of an anomaly; the others are 0."""


def score_columns(task: str, classes: tuple[str, ...], *, label_type: ColumnType) -> tuple[Column, ...]:
    """`classes`: of a quantile regression the quantiles, of a clustering the numbers of the clusters."""
    labels = Column(name=LABELS, type=label_type, role="scored_label", task=task)
    chance = Column(name=PROBABILITIES, type="decimal", role="scored_probability", task=task)
    if task == "regression":
        return (msgspec.structs.replace(labels, type="decimal"),)
    if task == "two_class":
        return labels, msgspec.structs.replace(chance, class_name=classes[1] if len(classes) == 2 else "")
    if task == "anomaly":
        return msgspec.structs.replace(labels, type="integer"), msgspec.structs.replace(chance, class_name=ANOMALY)
    if task == "quantile":
        return msgspec.structs.replace(labels, type="decimal"), *_each(quantile_name, classes, task, "scored_quantile")
    if task == "clustering":
        assigned = Column(name=ASSIGNMENTS, type="integer", role="scored_label", task=task)
        return assigned, *_each(distance_name, classes, task, "scored_distance")
    return labels, *_each(probability_name, classes, task, "scored_probability")


def label_name(task: str) -> str:
    return ASSIGNMENTS if task == "clustering" else LABELS


def number_names(task: str, classes: Sequence[str]) -> tuple[str, ...]:
    """The score columns that hold the numbers from which the label follows; `Scored Labels` of a regression."""
    if task == "regression":
        return (LABELS,)
    if task in ("two_class", "anomaly"):
        return (PROBABILITIES,)
    names = {"quantile": quantile_name, "clustering": distance_name}.get(task, probability_name)
    return tuple(names(each) for each in classes)


def probability_name(class_name: str) -> str:
    return f'{PROBABILITIES} for Class "{class_name}"'


def quantile_name(quantile: str) -> str:
    return f"Scored Quantile {quantile}"


def distance_name(cluster: str) -> str:
    return f"DistancesToClusterCenter no.{cluster}"


def middle(quantiles: Sequence[str]) -> int:
    """The place of the quantile nearest to the median, which is the predicted label."""
    return min(range(len(quantiles)), key=lambda place: abs(float(quantiles[place]) - 0.5))


def kept_columns(table: TableSchema, label: str, scores: tuple[Column, ...]) -> tuple[Column, ...]:
    """The table's columns, the label marked as such; older score columns give way to new ones."""
    names = {column.name for column in scores}
    kept = (column for column in table.columns if column.name not in names and not column.role.startswith("scored_"))
    return tuple(msgspec.structs.replace(column, role="label") if column.name == label else column for column in kept)


def _each(name: Callable[[str], str], classes: tuple[str, ...], task: str, role: Role) -> tuple[Column, ...]:
    return tuple(Column(name=name(each), type="decimal", role=role, task=task, class_name=each) for each in classes)
