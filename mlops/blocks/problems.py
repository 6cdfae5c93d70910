"""The faults that components find in a drawing, worded once: what, why, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from mlops.formats.component import Problem
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column

Severity = Literal["error", "warning"]


def problem(code: str, message: str, *, hint: str = "", severity: Severity = "error", **where: Any) -> Problem:
    """`where`: parameter, column, port, value, row."""
    return Problem(code=code, message=message, hint=hint, severity=severity, where=Where(**where))


def column_not_found(column: str, known: Iterable[str], *, parameter: str, port: str = "dataset") -> Problem:
    names = tuple(known)
    listed = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    hint = nearest(column, names) or (
        _("The columns are: %(listed)s.") % {"listed": listed} if names else _("The table has no columns.")
    )
    message = _("The table has no column '%(column)s'.") % {"column": column}
    return problem("column_not_found", message, hint=hint, parameter=parameter, column=column, port=port)


def column_not_numeric(column: Column, *, parameter: str, port: str = "dataset") -> Problem:
    message = _("Column '%(name)s' holds %(type)s values, where numbers are needed.") % {
        "name": column.name,
        "type": column.type,
    }
    hint = _("Leave it out of the selection, or make it a number with Edit Metadata.")
    return problem("column_not_numeric", message, hint=hint, parameter=parameter, column=column.name, port=port)


def as_refusal(found: Problem) -> Refusal:
    return Refusal(found.code, found.message, hint=found.hint, status=422, where=found.where)
