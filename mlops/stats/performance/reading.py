"""Scored rows out of a table: which columns they are, and what kind of task it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mlops.formats.looking import LookOrder
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.stats.drift.reading import number_names
from mlops.stats.performance.scored import Scored, Task
from mlops.stats.table import Table

if TYPE_CHECKING:
    import polars as pl

MOST_CLASSES = 1_000


def task_of(order: LookOrder, tables: Sequence[Table]) -> tuple[Task, tuple[str, ...]]:
    """The task and its classes in order, over all tables together: so that both have the same."""
    if order.task == "regression":
        return "regression", ()
    names = _names(order)
    columns = [table.column(name) for table in tables for name in names if name in table.stored]
    if not order.task and not order.probabilities and columns and all(c.dtype.is_float() for c in columns):
        return "regression", ()
    classes = {str(value) for column in columns for value in _texts(column).drop_nulls().unique().to_list()}
    classes |= {name for name in order.probabilities if name}
    if len(classes) > MOST_CLASSES:
        raise Refusal(
            "too_many_classes",
            _("The label has %(count)s different values.") % {"count": len(classes)},
            hint=_("If it is a number to be predicted, say that the task is regression."),
        )
    several = order.task == "multiclass" or len(classes) > 2
    return "multiclass" if several else "two_class", _in_order(classes, order)


def read_scored(
    table: Table, order: LookOrder, task: Task, classes: tuple[str, ...], *, with_label: bool
) -> tuple[Scored, Any]:
    """Rows that have all that is needed, and their numbers in the table."""
    import numpy as np

    columns: dict[str, pl.Series] = {}
    if with_label:
        columns["label"] = table.column(_needed(order.label, "label", "the truth"))
    if order.prediction:
        columns["prediction"] = table.column(order.prediction)
    for place, name in enumerate(order.probabilities.values()):
        columns[f"p{place}"] = table.column(name)
    if not order.prediction and not order.probabilities:
        _needed("", "prediction", "the prediction")
    coded = {key: _coded(series, key, task, classes) for key, series in columns.items()}
    complete = np.ones(table.rows, dtype=bool)
    for values in coded.values():
        complete &= np.isfinite(values)
    rows = np.flatnonzero(complete)
    probabilities = _probabilities(coded, order, classes, rows) if order.probabilities else None
    predicted = coded["prediction"][rows] if order.prediction else _likeliest(probabilities)
    actual = coded["label"][rows] if with_label else None
    if task != "regression":
        predicted, actual = predicted.astype(int), None if actual is None else actual.astype(int)
    return Scored(task=task, predicted=predicted, actual=actual, probabilities=probabilities, classes=classes), rows


def _names(order: LookOrder) -> list[str]:
    return [name for name in (order.label, order.prediction) if name]


def _in_order(classes: set[str], order: LookOrder) -> tuple[str, ...]:
    """The positive one of two is the last."""
    listed = sorted(classes, key=lambda name: (not _is_number(name), float(name) if _is_number(name) else 0.0, name))
    positive = order.positive or (next(iter(order.probabilities)) if len(order.probabilities) == 1 else "")
    if positive and positive not in listed:
        listed.append(positive)
    if len(listed) < 2:
        listed = ["", *listed]
    if len(listed) <= 2 and positive in listed:
        listed = [name for name in listed if name != positive] + [positive]
    return tuple(listed)


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True


def _coded(series: pl.Series, key: str, task: Task, classes: tuple[str, ...]) -> Any:
    """float64, NaN where there is no value or one that is no class."""
    import numpy as np
    import polars as pl

    if task == "regression" or (key.startswith("p") and key != "prediction"):
        return series.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy(writable=True)
    codes = {name: float(place) for place, name in enumerate(classes)}
    found = _texts(series).replace_strict(codes, default=None, return_dtype=pl.Float64)
    return found.fill_null(np.nan).to_numpy(writable=True)


def _texts(series: pl.Series) -> pl.Series:
    import polars as pl

    if series.dtype.is_float():
        return number_names(series.fill_nan(None))
    return series.cast(pl.String, strict=False)


def _probabilities(coded: dict[str, Any], order: LookOrder, classes: tuple[str, ...], rows: Any) -> Any:
    """[rows, classes]; of two classes that of the other one follows from the one. None: nobody knows whose it is."""
    import numpy as np

    given = {name: coded[f"p{place}"][rows] for place, name in enumerate(order.probabilities)}
    if len(given) == 1 and len(classes) == 2:
        (positive,) = given.values()
        return np.column_stack([1 - positive, positive])
    if "" in given:
        return None
    return np.column_stack([given.get(name, np.zeros(rows.size)) for name in classes])


def _likeliest(probabilities: Any) -> Any:
    """Of two classes the positive one above 0.5."""
    import numpy as np

    if probabilities.shape[1] == 2:
        return (probabilities[:, 1] > 0.5).astype(int)
    return np.argmax(probabilities, axis=1)


def _needed(name: str, setting: str, what: str) -> str:
    if not name:
        raise Refusal(
            f"no_{setting}",
            _("It is not known which column has %(what)s.") % {"what": what},
            hint=_("Name it in the monitor's settings (%(setting)s).") % {"setting": setting},
        )
    return name
