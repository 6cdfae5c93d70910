"""Indexes the data that code told of before it was indexed."""

from django.db import migrations

from mlops.lineage.mentions import reading


def index(apps, schema_editor):
    mention, waiting = apps.get_model("lineage", "Mention"), {}
    uses = apps.get_model("runs", "DatasetUse").objects.exclude(source="").select_related("run")
    for use in uses.only("source", "at", "run__project_id").order_by("pk").iterator(500):
        for target in reading.of_use(use.source):
            row = mention(project_id=use.run.project_id, target=target, at=use.at, run_id=use.run_id)
            waiting.setdefault((use.run_id, target), row)
    targets = {target for _run, target in waiting}
    known = set(mention.objects.filter(run__isnull=False, target__in=targets).values_list("run_id", "target"))
    mention.objects.bulk_create([row for key, row in waiting.items() if key not in known], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("lineage", "0003_serving"), ("runs", "0019_found_by_their_constraints")]
    operations = [migrations.RunPython(index, migrations.RunPython.noop, elidable=True)]
