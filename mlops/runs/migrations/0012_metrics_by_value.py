from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0011_saved_views"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="latestmetric",
            name="latest_metric_value",
        ),
        migrations.AddIndex(
            model_name="latestmetric",
            index=models.Index(fields=["key", "value", "run"], name="latest_metric_value_run"),
        ),
    ]
