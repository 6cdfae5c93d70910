"""A pandas table by its sample: the names and types of its columns."""

from __future__ import annotations

import difflib
from typing import Any

from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType, fits, wrong_value
from inference_schema.parameter_types.numpy_parameter_type import FORMATS, KINDS
from mlops.formats.spoken import gettext as _
from mlops.scoring.children.faults import Fault

MAY_BE_MISSING = ("number", "string", "date-time", "")


class PandasParameterType(AbstractParameterType):
    def __init__(
        self,
        sample_input: Any,
        enforce_column_type: bool = True,
        enforce_shape: bool = True,
        apply_column_names: bool = False,
        orient: str = "records",
    ) -> None:
        import pandas as pd

        if not isinstance(sample_input, pd.DataFrame):
            raise TypeError(f"PandasParameterType takes a DataFrame as sample, not a {type(sample_input).__name__}.")
        self.sample_input = sample_input
        self._names = [str(name) for name in sample_input.columns]
        self._kinds = {str(name): _kind(sample_input[name]) for name in sample_input.columns}
        self._typed, self._shaped, self._orient = enforce_column_type, enforce_shape, orient

    def deserialize_input(self, input_data: Any) -> Any:
        import pandas as pd

        if isinstance(input_data, pd.DataFrame):
            return input_data
        columns = self._columns(input_data)
        if self._shaped:
            self._check_names(columns)
        if self._typed:
            for name, values in columns.items():
                _check(values, kind=self._kinds.get(name, ""), name=name)
        frame = pd.DataFrame(columns)
        if not self._typed:
            return frame
        for name in frame.columns:
            if name in self._kinds:
                frame[name] = _as_sample(frame[name], self.sample_input[self._label(name)], self._kinds[name])
        return frame

    def input_to_swagger(self) -> dict[str, Any]:
        row = {"type": "object", "properties": {name: _schema(self._kinds[name]) for name in self._names}}
        if self._shaped:
            row["required"] = self._names
        if self._orient == "split":
            names = {"type": "array", "items": {"type": "string"}}
            rows = {"type": "array", "items": {"type": "array", "items": {}}}
            return {"type": "object", "properties": {"columns": names, "data": rows}}
        return {"type": "array", "items": row}

    def _label(self, name: str) -> Any:
        return self.sample_input.columns[self._names.index(name)]

    def _columns(self, given: Any) -> dict[str, list[Any]]:
        """Lists of rows (objects or lists), {"columns", "data"}, or {column: [values]}."""
        if isinstance(given, dict) and "columns" in given and "data" in given:
            return _from_lists(given["data"], [str(name) for name in given["columns"]])
        if isinstance(given, dict) and all(isinstance(one, list) for one in given.values()):
            if len({len(one) for one in given.values()}) > 1:
                raise Fault("uneven_columns", "The columns are not lists of the same length.", status=422)
            return {str(name): one for name, one in given.items()}
        if not isinstance(given, list):
            raise wrong_value(given, kind="a list of rows")
        if given and not isinstance(given[0], dict):
            return _from_lists(given, self._names)
        for row, one in enumerate(given):
            if not isinstance(one, dict):
                raise wrong_value(one, kind="an object {column: value}", row=row)
            if self._shaped:
                self._check_names(one, row=row)
        names = list(dict.fromkeys(str(name) for one in given for name in one)) or self._names
        ordered = [name for name in self._names if name in names] + [name for name in names if name not in self._names]
        return {name: [one.get(name) for one in given] for name in ordered}

    def _check_names(self, given: Any, *, row: int | None = None) -> None:
        place, where = (f"row {row + 1}: ", {"row": row}) if row is not None else ("", {})
        for name in given:
            if name not in self._kinds:
                close = difflib.get_close_matches(str(name), self._names, n=1)
                hint = (
                    (_("Did you mean '%(close)s'?") % {"close": close[0]})
                    if close
                    else (_("The columns are: %(names)s.") % {"names": ", ".join(self._names)})
                )
                message = _("%(place)sthe script's input has no column '%(name)s'.") % {"place": place, "name": name}
                raise Fault("unknown_column", message, hint=hint, status=422, where={**where, "column": str(name)})
        for name in self._names:
            if name not in given:
                message = _("%(place)sthe column '%(name)s' is missing.") % {"place": place, "name": name}
                hint = _("The columns are: %(names)s.") % {"names": ", ".join(self._names)}
                raise Fault("missing_column", message, hint=hint, status=422, where={**where, "column": name})


def _kind(column: Any) -> str:
    kind = getattr(column.dtype, "kind", "O")
    if kind != "O" and kind in KINDS:
        return KINDS[kind]
    values = column.dropna().tolist()
    return "string" if values and all(isinstance(value, str) for value in values) else ""


def _schema(kind: str) -> dict[str, Any]:
    if kind == "date-time":
        return {"type": "string", "format": "date-time"}
    return {"type": kind, **FORMATS.get(kind, {})} if kind else {}


def _from_lists(rows: Any, names: list[str]) -> dict[str, list[Any]]:
    if not isinstance(rows, list):
        raise wrong_value(rows, kind="a list of rows")
    for row, one in enumerate(rows):
        if not isinstance(one, list):
            raise wrong_value(one, kind="a list of values", row=row)
        if len(one) != len(names):
            message = _("row %(row)s has %(count)s values where %(count_2)s are expected.") % {
                "row": row + 1,
                "count": len(one),
                "count_2": len(names),
            }
            hint = _("The order is: %(names)s.") % {"names": ", ".join(names)}
            raise Fault("wrong_width", message, hint=hint, status=422, where={"row": row})
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _check(values: list[Any], *, kind: str, name: str) -> None:
    for row, value in enumerate(values):
        if value is None and kind in MAY_BE_MISSING:
            continue
        if kind and not fits(value, kind):
            raise wrong_value(value, kind=kind, row=row, column=name)


def _as_sample(values: Any, sample: Any, kind: str) -> Any:
    import pandas as pd

    if kind == "date-time":
        for row, value in enumerate(values):
            try:
                pd.Timestamp(value)
            except (ValueError, TypeError) as error:
                raise wrong_value(value, kind=kind, row=row, column=values.name) from error
        return pd.to_datetime(values, format="ISO8601")
    return values.astype(sample.dtype) if kind in ("integer", "number", "boolean") else values
