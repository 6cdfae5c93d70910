"""MLflow's registered models: ours, by their names in the project that the request is about."""

from __future__ import annotations

import re

from django.db.models import Q

from mlops.formats.refusal import Refusal
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.checks import LONGEST_KEY, check_length, check_name
from mlops.mlflow_api.door import Answer, reads
from mlops.mlflow_api.faults import Fault, invalid, missing
from mlops.mlflow_api.filters import filtered, ordered
from mlops.mlflow_api.finding import project_of
from mlops.mlflow_api.given import SEE, Given
from mlops.mlflow_api.guests import hidden_from, shown_models
from mlops.mlflow_api.kinds import REGISTERED_MODELS
from mlops.mlflow_api.pages import next_page, page_of
from mlops.mlflow_api.registry_shapes import shaped_registered, shaped_versions
from mlops.registry import pointing, whole
from mlops.registry.models import ModelAlias, ModelVersion, RegisteredModel, Stage, Transition

LONGEST_TAG, LONGEST_ALIAS = 100_000, 255


def create(caller: Caller, given: Given) -> Answer:
    name, tags = given.text("name", required=True), given.pairs("tags")
    check_model_name(name)
    check_model_tags(tags)
    project = project_of(caller, "models.register")
    try:
        made = whole.create_model(caller.person, project, name=name, description=given.text("description"), tags=tags)
    except Refusal as refusal:
        raise _taken(refusal, name) from refusal
    return {"registered_model": shaped_registered([made])[0]}


def show(caller: Caller, given: Given) -> Answer:
    model = model_named(caller, given)
    return {"registered_model": shaped_registered([model], hidden_from(caller, [model]))[0]}


def rename(caller: Caller, given: Given) -> Answer:
    given.text("name", required=True)
    name = given.text("new_name", required=True)
    check_model_name(name, "new_name")
    model = model_named(caller, given, "models.register")
    try:
        whole.rename_model(caller.person, model, name=name)
    except Refusal as refusal:
        raise _taken(refusal, name) from refusal
    return {"registered_model": shaped_registered([model])[0]}


def update(caller: Caller, given: Given) -> Answer:
    model = model_named(caller, given, "models.register")
    if given.has("description"):
        whole.describe_model(caller.person, model, description=given.text("description"))
    return {"registered_model": shaped_registered([model])[0]}


def delete(caller: Caller, given: Given) -> None:
    whole.delete_model(caller.person, model_named(caller, given, "models.register"))


@reads
def search(caller: Caller, given: Given) -> Answer:
    most, start = page_of(given, default=100, most=1_000)
    found = RegisteredModel.objects.select_related("project", "created_by").filter(shown_models(caller))
    found = filtered(found, given.text("filter"), REGISTERED_MODELS)
    found = ordered(found, given.texts("order_by"), REGISTERED_MODELS, then=("name",))
    page = list(found[start : start + most + 1])
    return {"registered_models": shaped_registered(page[:most], hidden_from(caller, page))} | next_page(
        page, start, most
    )


@reads
def latest_versions(caller: Caller, given: Given) -> Answer:
    """The newest version of each stage, or of those that are named."""
    model = model_named(caller, given)
    wanted = [stage_named(stage) for stage in given.texts("stages")] or list(Stage.values)
    newest: dict[str, ModelVersion] = {}
    for version in ModelVersion.objects.filter(model=model, stage__in=wanted).order_by("number"):
        newest[version.stage] = version
    return {"model_versions": shaped_versions(list(newest.values()), hidden_from(caller, [model]))}


def set_tag(caller: Caller, given: Given) -> None:
    key = given.text("key", required=True)
    tags = {key: given.text("value")}
    check_model_tags(tags)
    whole.tag_model(caller.person, model_named(caller, given, "models.register"), tags=tags)


def delete_tag(caller: Caller, given: Given) -> None:
    key = given.text("key", required=True)
    whole.untag_model(caller.person, model_named(caller, given, "models.register"), key=key)


def set_alias(caller: Caller, given: Given) -> None:
    alias = given.text("alias", required=True)
    check_alias(alias)
    version = version_of(caller, given, "models.promote")
    require_done(pointing.set_alias(caller.person, version, alias=alias))


def delete_alias(caller: Caller, given: Given) -> None:
    alias = given.text("alias", required=True)
    require_done(pointing.remove_alias(caller.person, model_named(caller, given, "models.promote"), alias=alias))


def require_done(asked: Transition | None) -> None:
    """A client that goes on as if it were done would be wrong: it is told of the request that was made instead."""
    if asked is None or not asked.is_pending:
        return
    wanted = f"The {asked.kind} '{asked.name}' of {asked.version} needs approval"
    raise Fault(
        "PERMISSION_DENIED",
        f"{wanted}: request {asked.pk} was made, and nothing has changed until it is approved. Look at "
        f"/models/requests/?project={asked.model.project.slug}, or run `mlops model request show {asked.pk}`.",
    )


def show_by_alias(caller: Caller, given: Given) -> Answer:
    alias, model = given.text("alias", required=True), model_named(caller, given)
    if alias.lower() == "latest":
        found = ModelVersion.objects.filter(model=model).order_by("-number").first()
        if found is None:
            raise missing(f"Latest version not found for model {model.name}.")
    else:
        pointed = ModelAlias.objects.filter(model=model, name=alias).select_related("version").first()
        found = pointed.version if pointed else None
    if found is None:
        raise invalid(f"Registered model alias {alias} not found.")
    return {"model_version": shaped_versions([found], hidden_from(caller, [model]))[0]}


def model_named(caller: Caller, given: Given, deed: str = "read") -> RegisteredModel:
    name = given.text("name", required=True)
    where = shown_models(caller) if deed == "read" else Q(project=project_of(caller, deed))
    known = RegisteredModel.objects.select_related("project", "created_by")
    found = known.filter(where, name=name).first()
    if found is None:
        raise missing(f"Registered Model with name={name} not found")
    return found


def version_of(caller: Caller, given: Given, deed: str = "read") -> ModelVersion:
    name = given.text("name", required=True)
    where = shown_models(caller, of="model__") if deed == "read" else Q(model__project=project_of(caller, deed))
    shown = given.word("version")
    if not re.fullmatch(r"[+-]?[0-9]{1,20}", shown):
        raise invalid(f"Parameter 'version' must be an integer, got '{shown}'.")
    known = ModelVersion.objects.select_related("model__project", "run__experiment", "created_by", "logged_model")
    wanted = known.filter(where, model__name=name)
    found = wanted.filter(number=int(shown)).first() if 0 <= int(shown) < 2**31 else None
    if found is None:
        raise missing(f"Model Version (name={name}, version={shown}) not found")
    return found


def check_model_name(name: str, field: str = "name") -> None:
    if not name.strip():
        raise invalid(f"Missing value for required parameter '{field}'.{SEE}")
    if "/" in name or ":" in name:
        raise invalid(f"Invalid model name '{name[:300]}'. Names cannot contain '/' or ':'.")


def check_alias(alias: str) -> None:
    if re.fullmatch(r"[\w\-]*", alias) is None:
        raise invalid(
            f"Invalid alias name: '{alias[:300]}'. Names may only contain alphanumerics, underscores (_), and dashes"
            " (-)."
        )
    check_length("Registered model alias name", LONGEST_ALIAS, alias)
    if alias.lower() == "latest":
        raise invalid("'latest' alias name (case insensitive) is reserved.")
    if re.fullmatch(r"[vV]\d+", alias):
        raise invalid(f"Version alias name '{alias}' is reserved.")


def check_model_tags(tags: dict[str, str]) -> None:
    for key, value in tags.items():
        check_name(key, "key")
        check_length("key", LONGEST_KEY, key)
        check_length("value", LONGEST_TAG, value)


def stage_named(given: str) -> str:
    for stage in Stage.values:
        if stage.lower() == given.lower():
            return stage
    raise invalid(f"Invalid Model Version stage: {given}. Value must be one of {', '.join(Stage.values)}.")


def _taken(refusal: Refusal, name: str) -> Refusal:
    if refusal.code != "model_exists":
        return refusal
    return Fault("RESOURCE_ALREADY_EXISTS", f"Registered Model (name={name}) already exists.")
