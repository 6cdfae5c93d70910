"""Fills the last value of each metric from the points that are there, and marks those that were no finite number."""

from django.db import migrations

FILL = """
    INSERT INTO runs_latestmetric (run_id, key, value, special, position, at)
    SELECT run_id, key, value, special, position, at FROM (
        SELECT run_id, key, value, special, position, at,
               ROW_NUMBER() OVER (PARTITION BY run_id, key ORDER BY position DESC, at DESC, id DESC) AS place
        FROM runs_metric
    ) AS placed
    WHERE place = 1
    ON CONFLICT (run_id, key) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("runs", "0004_special_values_and_dataset_uses")]

    operations = [
        migrations.RunSQL(
            "UPDATE runs_metric SET special = 'nan' WHERE value IS NULL", migrations.RunSQL.noop, elidable=True
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop, elidable=True),
    ]
