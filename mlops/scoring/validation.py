"""Checks the values of a request against the signature; a fault names row, column and value.

Texts count rows from 1, `where.row` counts from 0: it is the index into the request's rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from mlops.formats.model import Field, Signature
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _
from mlops.scoring.batch import Batch, Columns
from mlops.scoring.plain_rows import PlainRows

EXPECTED = {
    "integer": "a whole number",
    "decimal": "a number",
    "string": "a text",
    "boolean": "true or false",
    "date": "a date in ISO 8601, such as '2024-05-31' or '2024-05-31T12:00:00'",
}
_SHOWN_UNSEEN = 5
_PLAIN: dict[str, frozenset[type]] = {
    "integer": frozenset({int}),
    "decimal": frozenset({float}),
    "string": frozenset({str}),
    "boolean": frozenset({bool}),
    "date": frozenset(),
}


Fields = tuple[tuple[Field, frozenset[str]], ...]


class Validator:
    """Built once from a signature; `check` turns columns of JSON values into a Batch or refuses."""

    def __init__(self, signature: Signature, *, most_rows: int) -> None:
        self.signature = signature
        self.names = tuple(field.name for field in signature.inputs)
        self._known = frozenset(self.names)
        self._required = frozenset(field.name for field in signature.inputs if field.required)
        self._most_rows = most_rows
        self._fields = tuple((field, frozenset(field.categories)) for field in signature.inputs)
        self._looked_at = tuple(one for one in self._fields if one[0].type == "string" or one[1])
        self.plain = PlainRows(signature, most_rows=most_rows)

    def check_count(self, rows: int) -> None:
        if rows > self._most_rows:
            raise Refusal(
                "too_many_rows",
                _("The request has %(rows)s rows; this deployment takes at most %(most_rows)s at once.")
                % {"rows": f"{rows:,}", "most_rows": f"{self._most_rows:,}"},
                hint=_("Send the rows in several requests."),
                status=413,
            )

    def check_names(self, names: Sequence[str] | set[str], *, row: int | None = None) -> None:
        """Refuses names that the signature does not have."""
        for name in names:
            if name not in self._known:
                place = "" if row is None else f"row {row + 1}: "
                suggestion = nearest(name, self.names)
                raise Refusal(
                    "unknown_column",
                    _("%(place)sthe model has no input column '%(name)s'.") % {"place": place, "name": name},
                    hint=suggestion or (_("Its columns are: %(names)s.") % {"names": ", ".join(self.names)}),
                    status=422,
                    where=Where(row=row, column=name),
                )

    def missing_column(self, name: str, *, row: int | None = None) -> Refusal:
        return Refusal(
            "missing_column",
            _("%(value)sthe required column '%(name)s' is missing.")
            % {"value": "" if row is None else f"row {row + 1}: ", "name": name},
            hint=_("Required are: %(names)s.") % {"names": ", ".join(n for n in self.names if n in self._required)},
            status=422,
            where=Where(row=row, column=name),
        )

    def from_records(self, rows: Sequence[Any]) -> Batch:
        """A list of {column: value}."""
        self.check_count(len(rows))
        for number, row in enumerate(rows):
            if type(row) is not dict:
                raise _row_shape(number, row, expected="an object {column: value}")
            if not row.keys() <= self._known:
                self.check_names(sorted(row.keys() - self._known), row=number)
            if not self._required <= row.keys():
                absent = next(name for name in self.names if name in self._required and name not in row)
                raise self.missing_column(absent, row=number)
        return self.check({name: [row.get(name) for row in rows] for name in self.names}, rows=len(rows))

    def from_lists(self, rows: Sequence[Any], *, names: Sequence[str] | None = None) -> Batch:
        """A list of lists, in the order of `names` (by default that of the signature)."""
        self.check_count(len(rows))
        order = tuple(names) if names is not None else self.names
        width = len(order)
        for number, row in enumerate(rows):
            if type(row) is not list:
                raise _row_shape(number, row, expected="a list of values")
            if len(row) != width:
                raise Refusal(
                    "wrong_width",
                    _("row %(number)s has %(count)s values where %(width)s are expected.")
                    % {"number": number + 1, "count": len(row), "width": width},
                    hint=_("The order is: %(names)s.") % {"names": ", ".join(order)},
                    status=422,
                    where=Where(row=number),
                )
        values = zip(*rows, strict=True) if rows else ((),) * width
        return self.from_columns({name: list(column) for name, column in zip(order, values, strict=True)}, len(rows))

    def from_columns(self, columns: Columns, rows: int) -> Batch:
        """Columns by name, each `rows` long; absent optional ones count as missing."""
        self.check_count(rows)
        self.check_names(sorted(columns.keys() - self._known))
        for name in self.names:
            if name in self._required and name not in columns:
                raise self.missing_column(name)
        empty = [None] * rows
        return self.check({name: columns.get(name, empty) for name in self.names}, rows=rows)

    def from_plain(self, columns: Columns, rows: int) -> Batch:
        """Columns whose types were checked when they were read: empty texts and categories are left to look at."""
        return self.check(columns, rows=rows, fields=self._looked_at) if self._looked_at else Batch(
            columns=columns, rows=rows
        )  # fmt: skip

    def check(self, columns: Columns, *, rows: int, fields: Fields | None = None) -> Batch:
        """`columns` holds every input of the signature. `fields`: those to be looked at; all without it."""
        warnings: list[str] = []
        checked: Columns = {} if fields is None else dict(columns)
        for field, categories in self._fields if fields is None else fields:
            values = checked[field.name] = _checked(field, columns[field.name])
            if categories and not categories.issuperset(values):
                warnings.extend(_unseen(field, values, categories))
        return Batch(columns=checked, rows=rows, warnings=tuple(warnings))


def _checked(field: Field, values: list[Any]) -> list[Any]:
    types = set(map(type, values)) - {type(None)}
    if not types <= _PLAIN[field.type]:
        convert = _CONVERT[field.type]
        values = [None if value is None else _converted(field, value, row, convert) for row, value in enumerate(values)]
    if field.type == "string" and "" in values:
        values = [value or None for value in values]
    if field.type == "integer" and values:
        _check_range(field, values)
    if field.required and None in values:
        row = values.index(None)
        raise Refusal(
            "missing_value",
            _("row %(row)s, column '%(name)s': a value is required.") % {"row": row + 1, "name": field.name},
            hint=_("Give %(expected)s; the model was trained without missing values in this column.")
            % {"expected": EXPECTED[field.type]},
            status=422,
            where=Where(row=row, column=field.name),
        )
    return values


def _converted(field: Field, value: Any, row: int, convert: Callable[[Any], Any]) -> Any:
    try:
        return convert(value)
    except (ValueError, TypeError, OverflowError):
        raise _wrong_type(field, value, row) from None


def _wrong_type(field: Field, value: Any, row: int) -> Refusal:
    shown = _shown(value)
    return Refusal(
        "wrong_type",
        f"row {row + 1}, column '{field.name}': expected {EXPECTED[field.type]}, got {shown}.",
        hint=(_("An example of a value: %(example)s.") % {"example": f"{field.example!r}"})
        if field.example is not None
        else "",
        status=422,
        where=Where(row=row, column=field.name, value=shown),
    )


def _check_range(field: Field, values: list[Any]) -> None:
    for row, value in enumerate(values):
        if value is not None and not -(2**63) <= value < 2**63:
            raise _wrong_type(field, value, row)


def _integer(value: Any) -> int:
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    raise ValueError


def _decimal(value: Any) -> float:
    if type(value) is int or type(value) is float:
        return float(value)
    raise ValueError


def _string(value: Any) -> str:
    if type(value) is str:
        return value
    raise ValueError


def _boolean(value: Any) -> bool:
    if type(value) is bool:
        return value
    raise ValueError


def _date(value: Any) -> datetime:
    """Naive; a time with an offset is brought to UTC first."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day)
    else:
        moment = datetime.fromisoformat(_string(value))
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


_CONVERT: dict[str, Callable[[Any], Any]] = {
    "integer": _integer,
    "decimal": _decimal,
    "string": _string,
    "boolean": _boolean,
    "date": _date,
}


def _unseen(field: Field, values: list[Any], categories: frozenset[str]) -> list[str]:
    texts = {_category(value) for value in values if value is not None}
    unseen = sorted(texts - categories)
    if not unseen:
        return []
    shown = ", ".join(f"'{value}'" for value in unseen[:_SHOWN_UNSEEN])
    more = f" and {len(unseen) - _SHOWN_UNSEEN} more" if len(unseen) > _SHOWN_UNSEEN else ""
    return [f"column '{field.name}': {shown}{more} did not occur in training and counts as none of the known values."]


def _category(value: Any) -> str:
    """As training wrote it: categorical columns may also hold numbers and booleans."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _row_shape(number: int, row: Any, *, expected: str) -> Refusal:
    return Refusal(
        "wrong_row",
        f"row {number + 1}: expected {expected}, got {_shown(row)}.",
        hint=_("All rows of a request have the same form: all lists, or all objects."),
        status=422,
        where=Where(row=number),
    )


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
