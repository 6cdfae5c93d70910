"""MLflow's model versions: the files are taken over when a version is made, so that they stay as they were."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.door import Answer, reads, streams
from mlops.mlflow_api.faults import invalid, missing
from mlops.mlflow_api.files import given_out
from mlops.mlflow_api.filters import filtered, ordered
from mlops.mlflow_api.finding import project_of
from mlops.mlflow_api.given import Given, of_request
from mlops.mlflow_api.guests import hidden_from, shown_models
from mlops.mlflow_api.kinds import MODEL_VERSIONS
from mlops.mlflow_api.pages import next_page, page_of
from mlops.mlflow_api.places import LONGEST_LOCATION
from mlops.mlflow_api.registered import (
    check_model_name,
    check_model_tags,
    require_done,
    stage_named,
    version_of,
)
from mlops.mlflow_api.registry_shapes import shaped_versions
from mlops.mlflow_api.shelves import file_path
from mlops.mlflow_api.sources import place_to_load, source_of
from mlops.registry import actions, pointing
from mlops.registry.logged_versions import tell_of_versions
from mlops.registry.models import ModelVersion, RegisteredModel, Stage
from mlops.tags.filters import tags_of

ACTIVE_STAGES = [str(Stage.STAGING), str(Stage.PRODUCTION)]
LONGEST_RUN_ID = 255


def create(caller: Caller, given: Given) -> Answer:
    name, text = given.text("name", required=True), given.text("source", required=True)
    tags = given.pairs("tags")
    check_model_name(name)
    check_model_tags(tags)
    project = project_of(caller, "models.register")
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
            told_tags=tags,
        )
        version.source, version.logged_model = text, source.logged_model
        version.run_told = (given.text("run_id") or source.run_told or version.run_told)[:LONGEST_RUN_ID]
        version.run_link = given.text("run_link")[:LONGEST_LOCATION]
        version.save(update_fields=["source", "logged_model", "run_told", "run_link", "changed_at"])
        if source.logged_model is not None and source.logged_model.experiment.project_id == project.pk:
            tell_of_versions(caller.person, source.logged_model)
    return {"model_version": shaped_versions([version])[0]}


def show(caller: Caller, given: Given) -> Answer:
    version = version_of(caller, given)
    return {"model_version": shaped_versions([version], hidden_from(caller, [version]))[0]}


def update(caller: Caller, given: Given) -> Answer:
    version = version_of(caller, given, "models.register")
    if given.has("description"):
        actions.describe_version(caller.person, version, description=given.text("description"))
        version.save(update_fields=["changed_at"])
    return {"model_version": shaped_versions([version])[0]}


def change_stage(caller: Caller, given: Given) -> Answer:
    stage = stage_named(given.text("stage", required=True))
    archive = given.flag("archive_existing_versions")
    if archive and stage not in ACTIVE_STAGES:
        raise invalid(
            f"Model version transition cannot archive existing model versions because '{stage}' is not an Active stage."
            f" Valid stages are {ACTIVE_STAGES}"
        )
    version = version_of(caller, given, "models.promote")
    require_done(pointing.change_stage(caller.person, version, stage=stage, archive_others=archive))
    return {"model_version": shaped_versions([version])[0]}


def delete(caller: Caller, given: Given) -> None:
    version = version_of(caller, given, "models.register")
    actions.delete_version(caller.person, version)


def download_uri(caller: Caller, given: Given) -> Answer:
    version = version_of(caller, given)
    return {"artifact_uri": place_to_load(version)}


@streams
def file(caller: Caller, request: HttpRequest) -> HttpResponseBase:
    """As pages of MLflow link to it."""
    path = file_path(request.GET.get("path", ""))  # a bad one is told as such, whether or not there is such a version
    return given_out(caller, request, version_of(caller, of_request(request)), path)


@reads
def search(caller: Caller, given: Given) -> Answer:
    most, start = page_of(given, default=10_000, most=200_000)
    known = ModelVersion.objects.select_related("model__project", "run__experiment", "created_by", "logged_model")
    found = filtered(known.filter(shown_models(caller, of="model__")), given.text("filter"), MODEL_VERSIONS)
    order = given.texts("order_by") or ["last_updated_timestamp DESC"]
    found = ordered(found, order, MODEL_VERSIONS, then=("model__name", "-number"))
    page = list(found[start : start + most + 1])
    return {"model_versions": shaped_versions(page[:most], hidden_from(caller, page))} | next_page(page, start, most)


def set_tag(caller: Caller, given: Given) -> None:
    key = given.text("key", required=True)
    tags = {key: given.text("value")}
    check_model_tags(tags)
    actions.keep_tags(caller.person, version_of(caller, given, "models.register"), tags=tags)


def delete_tag(caller: Caller, given: Given) -> None:
    key = given.text("key", required=True)
    version = version_of(caller, given, "models.register")
    if key in tags_of(version):
        actions.remove_tag(caller.person, version, key=key)
