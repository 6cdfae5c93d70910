"""Values by their order and then by what has them; PostgreSQL knows how common each is only after a look."""

from __future__ import annotations

from typing import Any

import django.db.models.functions.text
from django.db import migrations, models


def look(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ANALYZE runs_runparameter")


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0017_priority_and_demands"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="runparameter",
            name="run_parameter_lookup",
        ),
        migrations.AddIndex(
            model_name="runparameter",
            index=models.Index(
                models.F("key"),
                django.db.models.functions.text.Left("value", 200),
                models.F("run"),
                name="run_parameter_value_run",
            ),
        ),
        migrations.RunPython(look, migrations.RunPython.noop, elidable=True),
    ]
