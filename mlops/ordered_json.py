"""A column of JSON that keeps the order in which its keys were written: what people drew, wrote or named.

PostgreSQL's `jsonb` sorts keys by their length. Its `json` keeps the text, and compares nothing: such a column is read
whole, and no query looks into it."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


class OrderedJSONField(models.JSONField):
    def db_type(self, connection: Any) -> str | None:
        return "json" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        adapted = super().get_db_prep_value(value, connection, prepared)
        if connection.vendor != "postgresql" or hasattr(adapted, "as_sql"):
            return adapted
        return adapted.dumps(adapted.obj)  # the driver's `Jsonb` would sort them on their way

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        """As text, which Django reads by itself."""
        return (f"{sql}::text" if compiler.connection.vendor == "postgresql" else sql), params

    def get_lookup(self, lookup_name: str) -> Any:
        """Refused by each database, as one of them cannot."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> Any:
        return None


class KeepOrder(migrations.AlterField):
    """Makes an `OrderedJSONField` of a `JSONField`: another column on PostgreSQL, the same one elsewhere."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
