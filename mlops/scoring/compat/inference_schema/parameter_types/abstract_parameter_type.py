"""What all kinds of samples share, and the refusal of one wrong cell."""

from __future__ import annotations

from typing import Any

from mlops.formats.spoken import gettext as _
from mlops.scoring.children.faults import Fault

EXPECTED = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "a text",
    "date-time": "a date in ISO 8601, such as '2024-05-31T12:00:00'",
}


class AbstractParameterType:
    """`sample_input` tells the form; its values are never shown."""

    sample_input: Any

    def deserialize_input(self, input_data: Any) -> Any:
        """The value in the sample's type. Raises Fault with row and column."""
        raise NotImplementedError

    def input_to_swagger(self) -> dict[str, Any]:
        raise NotImplementedError


def wrong_value(value: Any, *, kind: str, row: int | None = None, column: Any = None) -> Fault:
    """`row` counts from 0; the text counts from 1."""
    text = repr(value) if value is not None else "null"
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    places = [f"row {row + 1}"] if row is not None else []
    places += [f"column '{column}'"] if column is not None else []
    place = f"{', '.join(places)}: " if places else ""
    where = {"row": row, "column": None if column is None else str(column), "value": shown}
    return Fault(
        "wrong_type",
        f"{place}expected {EXPECTED.get(kind, kind)}, got {shown}.",
        hint=_("The types are those of the sample in the script's input_schema; /swagger.json shows them."),
        status=422,
        where={name: part for name, part in where.items() if part is not None},
    )


def fits(value: Any, kind: str) -> bool:
    """Whether a JSON value is of the kind; a whole number is a number as well."""
    if kind == "integer":
        return (isinstance(value, int) and not isinstance(value, bool)) or (
            isinstance(value, float) and value.is_integer()
        )
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in ("string", "date-time"):
        return isinstance(value, str)
    return True
