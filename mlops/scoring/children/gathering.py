"""What a script's own collectors take, handed to the server with the answer: the server alone writes, samples, redacts.

`Collector` is ours; Azure's two have the same effect (compat/azureml). Standard library only. A request that is not
to be kept (collection is off, its caller did not agree, it is not in the share) costs a script nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

MOST_KEPT = 1000
"""Calls of collectors in one request."""
NAMES = {"model_inputs": "inputs", "model_outputs": "predictions"}
"""Azure's names of what every server has."""

_gathered: list[list[Any]] = []
_present: tuple[str, str] | None = None
_lock = threading.Lock()


class Collector:
    """`from mlops.scoring.collection import Collector`, then in run(): `Collector("signals").collect(table)`.

    inputs and predictions are kept of every request by themselves: a script that collects under these names has its
    own in their place. `on_error` gets what collect() would raise, and nothing is raised then."""

    def __init__(self, name: str, *, on_error: Callable[[Exception], Any] | None = None) -> None:
        if not name:
            raise ValueError("A collector needs a name, such as inputs, predictions or signals.")
        self.name = NAMES.get(name, name)
        self._on_error = on_error

    def collect(self, data: Any, *, columns: Any = None, correlation_id: str = "") -> str:
        """`data`: a pandas or polars table, a list of objects or of lists, an object of columns, an array. Returns
        the id under which labels that come later are joined. Raises TypeError for what is no table."""
        try:
            gather(self.name, as_columns(data, columns), correlation_id)
        except Exception as error:
            if self._on_error is None:
                raise
            self._on_error(error)
        return correlation_id or present_correlation_id()


def begin(call: Any) -> None:
    """Of a request: [request id, correlation id], or None where nothing of it is to be kept."""
    global _present
    with _lock:
        _present = (call[0], call[1]) if call else None
        _gathered.clear()


def end() -> list[list[Any]]:
    """What was collected since: [designation, columns, correlation id] each."""
    global _present
    with _lock:
        found, _present = list(_gathered), None
        _gathered.clear()
    return found


def gather(designation: str, columns: dict[str, list[Any]], correlation_id: str = "") -> None:
    with _lock:
        if _present is not None and len(_gathered) < MOST_KEPT:
            _gathered.append([designation, columns, correlation_id])


def present_correlation_id() -> str:
    return _present[1] if _present is not None else ""


def present_request_id() -> str:
    return _present[0] if _present is not None else ""


def as_columns(data: Any, names: Any = None) -> dict[str, list[Any]]:
    """Raises TypeError for what is no table."""
    if hasattr(data, "columns") and hasattr(data, "to_dict"):
        found = {str(name): list(data[name]) for name in data.columns}
    elif isinstance(data, dict):
        found = {str(name): list(one) if _is_list(one) else [one] for name, one in data.items()}
    else:
        found = _of_rows(data.tolist() if hasattr(data, "tolist") else data, names)
    if len({len(one) for one in found.values()}) > 1:
        raise TypeError("the columns do not have one length")
    return found


def _of_rows(rows: Any, names: Any) -> dict[str, list[Any]]:
    if not _is_list(rows):
        raise TypeError(f"a {type(rows).__name__} is no table: give a data frame, rows, or columns by name")
    if rows and all(isinstance(row, dict) for row in rows):
        keys = dict.fromkeys(key for row in rows for key in row)
        return {str(key): [row.get(key) for row in rows] for key in keys}
    cells = [list(row) if _is_list(row) else [row] for row in rows]
    width = max((len(row) for row in cells), default=0)
    listed = [str(one) for one in names] if names is not None else [str(place) for place in range(width)]
    if any(len(row) != len(listed) for row in cells):
        raise TypeError(f"there are {len(listed)} names for rows of {width} values")
    return {name: [row[place] for row in cells] for place, name in enumerate(listed)}


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or (hasattr(value, "tolist") and not isinstance(value, (str, bytes)))
