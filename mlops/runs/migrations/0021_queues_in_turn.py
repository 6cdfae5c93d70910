"""A claim finds the next step of each run without reading all that wait."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0020_keep_order_of_keys"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                models.F("run"),
                models.ExpressionWrapper(models.Q(("started_at", None)), output_field=models.BooleanField()),
                models.F("started_at"),
                models.F("state_since"),
                models.F("id"),
                condition=models.Q(("state", "queued")),
                name="step_turn",
            ),
        ),
    ]
