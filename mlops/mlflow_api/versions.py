"""MLflow's model versions: the files are taken over when a version is made, so that they stay as they were."""

from __future__ import annotations

from django.db import transaction

from mlops.blobs.models import Tree
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.door import Answer, reads
from mlops.mlflow_api.faults import missing
from mlops.mlflow_api.filters import filtered, ordered
from mlops.mlflow_api.finding import project_of
from mlops.mlflow_api.given import Given
from mlops.mlflow_api.kinds import MODEL_VERSIONS
from mlops.mlflow_api.pages import next_page, page_of
from mlops.mlflow_api.registered import (
    check_model_name,
    check_model_tags,
    require_done,
    stage_named,
    version_of,
)
from mlops.mlflow_api.registry_shapes import shaped_versions
from mlops.mlflow_api.sources import place_of_version, source_of
from mlops.registry import actions, pointing
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.tags.filters import remove_tag, tags_of, write_tags


def create(caller: Caller, given: Given) -> Answer:
    name, text = given.text("name", required=True), given.text("source", required=True)
    tags = given.pairs("tags")
    check_model_name(name)
    check_model_tags(tags)
    project = project_of(caller, "contribute")
    if not RegisteredModel.objects.filter(project=project, name=name).exists():
        raise missing(f"Registered Model with name={name} not found")
    source = source_of(caller, text, run_id=given.text("run_id"), model_id=given.text("model_id"))
    with transaction.atomic():
        version = actions.register(
            caller.person,
            project,
            name=name,
            run=source.run if source.run is not None and source.run.project_id == project.pk else None,
            tree=source.tree,
            description=given.text("description"),
            metrics=source.metrics,
        )
        version.source, version.logged_model = text, source.logged_model
        version.save(update_fields=["source", "logged_model", "changed_at"])
        write_tags(version, tags)
    return {"model_version": shaped_versions([version])[0]}


def show(caller: Caller, given: Given) -> Answer:
    return {"model_version": shaped_versions([version_of(caller, given)])[0]}


def update(caller: Caller, given: Given) -> Answer:
    version = version_of(caller, given, "contribute")
    if given.has("description"):
        actions.describe_version(caller.person, version, description=given.text("description"))
        version.save(update_fields=["changed_at"])
    return {"model_version": shaped_versions([version])[0]}


def change_stage(caller: Caller, given: Given) -> Answer:
    stage = stage_named(given.text("stage", required=True))
    archive = given.flag("archive_existing_versions")
    version = version_of(caller, given, "contribute")
    require_done(pointing.change_stage(caller.person, version, stage=stage, archive_others=archive))
    return {"model_version": shaped_versions([version])[0]}


def delete(caller: Caller, given: Given) -> None:
    version = version_of(caller, given, "contribute")
    actions.delete_version(caller.person, version)


def download_uri(caller: Caller, given: Given) -> Answer:
    version = version_of(caller, given)
    return {"artifact_uri": place_of_version(version) if _has_files(version) else version.source}


@reads
def search(caller: Caller, given: Given) -> Answer:
    most, start = page_of(given, default=10_000, most=200_000)
    known = ModelVersion.objects.select_related("model__project", "run__experiment", "created_by", "logged_model")
    found = filtered(known.filter(model__project=project_of(caller)), given.text("filter"), MODEL_VERSIONS)
    then = ("-changed_at", "model__name", "-number")
    found = ordered(found, given.texts("order_by"), MODEL_VERSIONS, then=then)
    page = list(found[start : start + most + 1])
    return {"model_versions": shaped_versions(page[:most])} | next_page(page, start, most)


def set_tag(caller: Caller, given: Given) -> None:
    key = given.text("key", required=True)
    tags = {key: given.text("value")}
    check_model_tags(tags)
    version = version_of(caller, given, "contribute")
    with transaction.atomic():
        write_tags(version, tags)
        version.save(update_fields=["changed_at"])


def delete_tag(caller: Caller, given: Given) -> None:
    key = given.text("key", required=True)
    version = version_of(caller, given, "contribute")
    if key in tags_of(version):
        remove_tag(version, key)


def _has_files(version: ModelVersion) -> bool:
    return Tree.objects.filter(pk=version.tree_id, file_count__gt=0).exists()
