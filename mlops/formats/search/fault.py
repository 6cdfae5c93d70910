"""A filter that cannot be understood: what, at which place, and what was perhaps meant."""

from __future__ import annotations

import msgspec

from mlops.formats.refusal import Refusal, Where
from mlops.formats.search.nodes import Span
from mlops.formats.spoken import gettext as _

CODES = (
    "filter_not_understood",
    "filter_field_unknown",
    "filter_operator_invalid",
    "filter_value_invalid",
    "filter_too_long",
)


class SearchFault(Refusal):
    """`span` says which part of the filter; people count its characters from 1. `parameter`: filter or order_by."""

    parameter = "filter"

    def __init__(self, code: str, message: str, *, text: str, span: Span, hint: str = "") -> None:
        start, end = span
        place = Where(parameter="filter", column=str(start + 1), value=text[start:end][:100] or None)
        at = _("Character %(number)d of the filter.") % {"number": start + 1}
        super().__init__(code, f"{message} ({at})", hint=hint, where=place)
        self.said = message
        self.text = text
        self.span = span

    def of_order(self) -> SearchFault:
        """The same of an order, which is another parameter."""
        found = SearchFault(self.code, self.said, text=self.text, span=self.span, hint=self.hint)
        found.parameter = "order_by"
        at = _("Character %(number)d of the order.") % {"number": self.span[0] + 1}
        found.message = f"{self.said} ({at})"
        found.args = (found.message,)
        found.where = msgspec.structs.replace(self.where, parameter=found.parameter)
        return found
