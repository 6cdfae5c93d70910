"""The label `job` is Prometheus' own: what was counted under it begins anew, with the label `task`."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def forget(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("work", "Tally").objects.filter(name="mlops_job_seconds").delete()


class Migration(migrations.Migration):
    dependencies = [("work", "0006_whose_number_a_pid_is")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop, elidable=True)]
