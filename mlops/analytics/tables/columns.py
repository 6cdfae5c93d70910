"""A table and its columns, whatever they are made of."""

from __future__ import annotations

from typing import Literal

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where, nearest

Kind = Literal["string", "integer", "decimal", "boolean", "moment", "guid"]


class Column(msgspec.Struct, frozen=True):
    """`path`: where its values are: an ORM path, or the name of a column in Parquet."""

    name: str
    kind: Kind
    path: str
    says: str = ""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is that of the OData entity set, `sql_name` that in queries. `key`: columns that tell rows apart; `order`:
    columns by which its pages go, of which none is ever empty and the last ones are the key."""

    name: str
    sql_name: str
    says: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    order: tuple[str, ...]

    def column(self, name: str) -> Column:
        """Raises Refusal `property_unknown` with the nearest name."""
        for column in self.columns:
            if column.name == name:
                return column
        names = [column.name for column in self.columns]
        raise Refusal(
            "property_unknown",
            _("“%(name)s” has no property “%(property)s”.") % {"name": self.name, "property": name[:100]},
            hint=nearest(name, names) or _("There are: %(names)s.") % {"names": ", ".join(names[:30])},
            where=Where(parameter=name[:100]),
        )
