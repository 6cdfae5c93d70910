"""A column in an ONNX graph, and the refusal for what cannot be one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import ColumnType

EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A column as a [rows, 1] tensor. `text_of` is set on a number that the recipe turned into text: the number stays,
    and what is compared with it is read back from its text form."""

    tensor: str
    type: ColumnType
    double: bool = False
    text_of: ColumnType | None = None

    @property
    def is_text(self) -> bool:
        return self.type == "string" and self.text_of is None


def not_convertible(message: str, *, column: str | None = None) -> Refusal:
    return Refusal(
        "not_convertible",
        _("This model cannot be converted to ONNX: %(message)s") % {"message": message},
        hint=_("Deploy it with the entry “native”: the original model answers then, slower but the same."),
        status=422,
        where=Where(column=column),
    )


def as_number(value: Any, type_: ColumnType) -> float | None:
    """A value, or its text form, as the number that stands for it; None where there is none."""
    if type_ == "date":
        moment = datetime.fromisoformat(str(value))
        return (moment - EPOCH).total_seconds() / 86_400
    if isinstance(value, str) and value in ("true", "false"):
        return float(value == "true")
    try:
        number = float(value)
    except ValueError:
        return None
    return float(int(number)) if type_ == "integer" else number
