"""Metrics have an index of run and key; the one of the run alone is dropped, without copying the table."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def _of_run_alone(schema_editor: Any) -> list[str]:
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "runs_metric")
    return [name for name, one in found.items() if one["index"] and one["columns"] == ["run_id"] and not one["unique"]]


def drop(apps: Any, schema_editor: Any) -> None:
    for name in _of_run_alone(schema_editor):
        schema_editor.execute(f"DROP INDEX IF EXISTS {schema_editor.quote_name(name)}")


def make(apps: Any, schema_editor: Any) -> None:
    if not _of_run_alone(schema_editor):
        schema_editor.execute("CREATE INDEX runs_metric_run_id ON runs_metric (run_id)")


class Migration(migrations.Migration):
    dependencies = [("runs", "0012_metrics_by_value")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, make)],
            state_operations=[
                migrations.AlterField(
                    model_name="metric",
                    name="run",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="runs.run"
                    ),
                )
            ],
        )
    ]
