"""Values by their order and then by what has them; PostgreSQL knows how common each is only after a look."""

from __future__ import annotations

from typing import Any

import django.db.models.functions.text
from django.db import migrations, models


def look(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ANALYZE tags_tag")


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("tags", "0002_names_as_mlflow_has_them"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="tag",
            name="tag_lookup",
        ),
        migrations.AddIndex(
            model_name="tag",
            index=models.Index(
                models.F("content_type"),
                models.F("key"),
                django.db.models.functions.text.Left("value", 200),
                models.F("object_id"),
                name="tag_value_object",
            ),
        ),
        migrations.RunPython(look, migrations.RunPython.noop, elidable=True),
    ]
