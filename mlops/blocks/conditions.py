"""The expressions of Split Data: `\\"col" regex` on one column, and `\\"col" op value` joined by `&` and `|`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mlops.formats.spoken import gettext as _
from mlops.formats.table import TableSchema

Operator = Literal["<", ">", "<=", ">=", "==", "!="]
Operand = float | bool | str | datetime

_COLUMN = r'\\?"(?P<column>[^"]+)"'
_REGULAR = re.compile(rf"^\s*{_COLUMN}\s+(?P<pattern>.+?)\s*$", re.DOTALL)
_CONDITION = re.compile(rf"^\s*(?:{_COLUMN})?\s*(?P<operator><=|>=|==|!=|<|>)\s*(?P<value>.+?)\s*$", re.DOTALL)
_DATE_FORMATS = ("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%Y/%m/%d")
_PIECES = re.compile(r'"[^"]*"|\'[^\']*\'|[&|]|[^"\'&|]+|["\']')


class ConditionError(ValueError):
    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, kw_only=True)
class Regular:
    column: str
    pattern: str

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def check_types(self, table: TableSchema) -> None:
        """Every type has a text form."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    column: str
    operator: Operator
    text: str

    def operand(self, type_: str) -> Operand:
        """The value in the column's type."""
        if type_ in ("integer", "decimal"):
            return self._number()
        if type_ == "date":
            return self._date()
        if type_ == "boolean":
            return self._boolean()
        if self.operator not in ("==", "!="):
            message = _("Column '%(column)s' holds text, which can be compared with == and != only.") % {
                "column": self.column
            }
            raise ConditionError(message, hint=_("Make it a number or a date with Edit Metadata first."))
        return _unquoted(self.text)

    def _number(self) -> float:
        try:
            return float(_unquoted(self.text))
        except ValueError:
            raise ConditionError(f"Column '{self.column}' holds numbers, but '{self.text}' is none.") from None

    def _date(self) -> datetime:
        text = _unquoted(self.text)
        try:
            return datetime.fromisoformat(text).replace(tzinfo=None)
        except ValueError:
            pass
        for form in _DATE_FORMATS:
            try:
                return datetime.strptime(text, form)
            except ValueError:
                continue
        message = _("Column '%(column)s' holds dates, but '%(text)s' is none.") % {
            "column": self.column,
            "text": self.text,
        }
        raise ConditionError(message, hint=_("Write dates as 2024-05-31 or 5/31/2024."))

    def _boolean(self) -> bool:
        words = {"true": True, "1": True, "false": False, "0": False}
        text = _unquoted(self.text).lower()
        if text not in words:
            raise ConditionError(f"Column '{self.column}' holds true and false, but '{self.text}' is neither.")
        return words[text]


@dataclass(frozen=True, kw_only=True)
class Relative:
    """True where all comparisons of at least one group are."""

    groups: Sequence[Sequence[Comparison]]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(comparison.column for group in self.groups for comparison in group))

    def check_types(self, table: TableSchema) -> None:
        for comparison in (comparison for group in self.groups for comparison in group):
            column = table.column(comparison.column)
            if column is not None:
                comparison.operand(column.type)


def parse_regular(text: str) -> Regular:
    matched = _REGULAR.match(text)
    if matched is None:
        message = _("A regular expression split names a column in quotes and then a pattern.")
        raise ConditionError(message, hint=_('For example: \\"make" ^b'))
    try:
        re.compile(matched["pattern"])
    except re.error as error:
        raise ConditionError(f"'{matched['pattern']}' is no regular expression: {error}.") from None
    return Regular(column=matched["column"], pattern=matched["pattern"])


def parse_relative(text: str) -> Relative:
    """`&` binds stronger than `|`; a comparison without a column takes the column before it."""
    groups: list[list[Comparison]] = [[]]
    column = ""
    for joint, piece in _split_at_joints(text):
        if joint == "|":
            groups.append([])
        matched = _CONDITION.match(piece)
        column = (matched["column"] if matched else "") or column
        if matched is None or not column:
            message = _("'%(piece)s' is not a comparison.") % {"piece": piece.strip()}
            hint = _('Write a column in quotes, one of < > <= >= == != and a value, such as \\"month" <= 9')
            raise ConditionError(message, hint=hint)
        operator: Operator = matched["operator"]  # type: ignore[assignment]
        groups[-1].append(Comparison(column=column, operator=operator, text=matched["value"]))
    return Relative(groups=groups)


def _split_at_joints(text: str) -> list[tuple[str, str]]:
    """Pieces with the joint before each; joints inside quotes do not count."""
    pieces = [("", "")]
    for found in _PIECES.findall(text):
        if found in ("&", "|"):
            pieces.append((found, ""))
        else:
            pieces[-1] = (pieces[-1][0], pieces[-1][1] + found)
    return pieces


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text
