from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0004_what_surrounds_a_worker"),
    ]

    operations = [
        migrations.CreateModel(
            name="Turn",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("lease_owner", models.CharField(max_length=200)),
                ("lease_until", models.DateTimeField()),
            ],
            options={
                "ordering": ["name"],
            },
        ),
    ]
