"""A logged model keeps the name of the run that its client told, also where there is no such run."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def tell(apps: Any, schema_editor: Any) -> None:
    kind = apps.get_model("runs", "LoggedModel")
    for pk, run in kind.objects.exclude(run=None).values_list("pk", "run_id").iterator(chunk_size=1_000):
        kind.objects.filter(pk=pk).update(run_told=run.hex)


class Migration(migrations.Migration):
    dependencies = [("runs", "0013_one_index_of_metrics")]

    operations = [
        migrations.AddField(
            model_name="loggedmodel",
            name="run_told",
            field=models.CharField(blank=True, db_index=True, default="", max_length=256),
            preserve_default=False,
        ),
        migrations.RunPython(tell, migrations.RunPython.noop, elidable=True),
    ]
