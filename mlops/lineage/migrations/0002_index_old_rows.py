"""Indexes what was there before the index."""

from django.db import migrations

from mlops.lineage.mentions import reading

BATCH = 500


def index(apps, schema_editor):
    mention = apps.get_model("lineage", "Mention")
    waiting = []

    def write(project, at, targets, **holder):
        waiting.extend(mention(project_id=project, target=one, at=at, **holder) for one in targets)
        if len(waiting) >= BATCH:
            mention.objects.bulk_create(waiting)
            waiting.clear()

    for run in _all(apps, "runs", "Run").only("project_id", "spec", "snapshot", "origin", "created_at").iterator(200):
        write(run.project_id, run.created_at, reading.of_run(run.spec, run.snapshot or {}, run.origin), run_id=run.pk)
    for row in _all(apps, "pipelines", "PublishedPipeline").select_related("endpoint").iterator(200):
        found = reading.of_pipeline(row.spec, row.job or {}, row.origin)
        write(row.endpoint.project_id, row.created_at, found, pipeline_id=row.pk)
    for row in _all(apps, "datasets", "DatasetVersion").select_related("dataset").defer("profile").iterator(200):
        found = reading.of_data(row.uri, row.origin or {})
        write(row.dataset.project_id, row.created_at, found, data_id=row.pk)
    for row in _all(apps, "components", "ComponentVersion").select_related("component").iterator(200):
        found = reading.of_component(row.definition, row.tree_id)
        write(row.component.project_id, row.created_at, found, component_id=row.pk)
    known = set()
    revisions = _all(apps, "deployments", "DeploymentRevision").select_related("deployment__endpoint", "code")
    for row in revisions.order_by("-number").iterator(200):
        found = reading.of_deployment(row.settings, row.code.tree_id if row.code else None)
        fresh = [one for one in found if (row.deployment_id, one) not in known]
        known |= {(row.deployment_id, one) for one in fresh}
        write(row.deployment.endpoint.project_id, row.created_at, fresh, deployment_id=row.deployment_id)
    for row in _all(apps, "retraining", "Attempt").select_related("policy").defer("evidence").iterator(200):
        write(row.policy.project_id, row.created_at, reading.of_attempt(row.trigger), attempt_id=row.pk)
    mention.objects.bulk_create(waiting)


def _all(apps, app, name):
    """Also what lies in the recycle bin: it may be restored."""
    return apps.get_model(app, name)._base_manager.order_by()


class Migration(migrations.Migration):
    dependencies = [("lineage", "0001_mentions")]
    operations = [migrations.RunPython(index, migrations.RunPython.noop, elidable=True)]
