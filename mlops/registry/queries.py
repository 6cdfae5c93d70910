"""Reading models and versions."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import seen_in
from mlops.access.models import Project
from mlops.access.offered import offered_at, offers_to
from mlops.blobs.models import Tree
from mlops.blobs.trees import manifest_of
from mlops.datasets.models import DatasetVersion
from mlops.formats.manifest import File
from mlops.formats.model import Signature
from mlops.formats.refusal import Refusal, nearest
from mlops.registry.models import ModelAlias, ModelDataset, ModelVersion, RegisteredModel, Stage
from mlops.tags.filters import tags_of_many


def visible_to(user: Any) -> QuerySet[RegisteredModel]:
    return RegisteredModel.objects.filter(seen_in(user)).select_related("project", "created_by")


def in_lists(rows: QuerySet[Any], *, archived: str = "") -> QuerySet[Any]:
    """Models or versions without archived ones; `true`: those as well, `only`: those alone."""
    if archived in ("true", "1"):
        return rows
    return rows.filter(archived_at__isnull=archived != "only")


def visible_versions(user: Any) -> QuerySet[ModelVersion]:
    found = ModelVersion.objects.filter(seen_in(user, "model__project"))
    return found.select_related("model__project", "run", "tree", "created_by", "parent__model")


def visible_model(user: Any, model_id: uuid.UUID) -> RegisteredModel:
    model = visible_to(user).filter(pk=model_id).first()
    if model is None:
        raise Refusal("not_found", _("There is no such model, or you may not see it."), status=404)
    return model


def visible_version(user: Any, model_id: uuid.UUID, number: int) -> ModelVersion:
    version = visible_versions(user).filter(model_id=model_id, number=number).first()
    if version is not None:
        return version
    raise version_unknown(visible_model(user, model_id), number)


def version_unknown(model: RegisteredModel, number: int) -> Refusal:
    """Names those that there are."""
    numbers = list(versions_of(model).values_list("number", flat=True)[:10])
    listed = ", ".join(str(one) for one in numbers) or "none"
    return Refusal(
        "not_found",
        _("“%(name)s” has no version %(number)s.") % {"name": model.name, "number": number},
        hint=_("There are: %(listed)s.") % {"listed": listed},
        status=404,
    )


def version_under(model: RegisteredModel, alias: str) -> ModelVersion:
    """The version that an alias points to; `latest` is the newest. Raises Refusal `alias_unknown`."""
    if alias.lower() == "latest":
        found = versions_of(model).order_by("-number").first()
    else:
        found = (
            versions_of(model)
            .filter(pk__in=ModelAlias.objects.filter(model=model, name=alias).values("version"))
            .first()
        )
    if found is None:
        known = list(ModelAlias.objects.filter(model=model).values_list("name", flat=True))
        hint = nearest(alias, known) or (
            _("There are: %(known)s.") % {"known": ", ".join(known)} if known else _("It has no alias yet.")
        )
        raise Refusal(
            "alias_unknown",
            _("“%(name)s” has no alias “%(alias)s”.") % {"name": model.name, "alias": alias[:100]},
            hint=hint,
            status=404,
        )
    return found


def model_offered(project: Project, text: str) -> tuple[RegisteredModel, str] | None:
    """The model of another project that is offered to this one, and the version that a reference to it names."""
    found = offered_at(project, "models", text)
    return None if found is None else (found[0], found[1])


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage or an alias of a model points to; an alias' name begins with `@`."""

    name: str
    number: int


SHOWN_STAGES = (Stage.PRODUCTION, Stage.STAGING)


def points_of(models: Sequence[RegisteredModel]) -> dict[Any, list[Point]]:
    """By the model's primary key, the stages first; in two queries."""
    found: dict[Any, list[Point]] = {model.pk: [] for model in models}
    staged = ModelVersion.objects.filter(model__in=models, stage__in=SHOWN_STAGES).order_by("stage", "-number")
    for version in staged:
        found[version.model_id].append(Point(name=version.stage, number=version.number))
    for alias in ModelAlias.objects.filter(model__in=models).select_related("version"):
        found[alias.model_id].append(Point(name=f"@{alias.name}", number=alias.version.number))
    return found


def aliases_of_many(versions: list[ModelVersion]) -> dict[Any, list[str]]:
    """By the version's primary key, in one query."""
    found: dict[Any, list[str]] = {version.pk: [] for version in versions}
    for alias in ModelAlias.objects.filter(version__in=versions):
        found[alias.version_id].append(alias.name)
    return found


def version_by_id(user: Any, version_id: str) -> ModelVersion:
    try:
        version = visible_versions(user).filter(pk=uuid.UUID(str(version_id))).first()
    except ValueError:
        version = None
    if version is None:
        raise Refusal("not_found", _("There is no such model version, or you may not see it."), status=404)
    return version


def versions_offered(project: Project) -> QuerySet[ModelVersion]:
    """Of models that other projects offer to this one, without archived ones."""
    offered = offers_to(project).filter(noun="models").values("thing_id")
    found = ModelVersion.objects.filter(model__in=offered, archived_at=None, model__archived_at=None)
    return found.select_related("model__project", "tree", "created_by").order_by("model__name", "-number")


def versions_named(user: Any, project: Project, name: str) -> QuerySet[ModelVersion]:
    """Of the project's model of that name, or of `OWNER/NAME`, which another project offers to it."""
    owner, slash, rest = name.rpartition("/")
    if not slash:
        return visible_versions(user).filter(model__project=project, model__name=name)
    return versions_offered(project).filter(model__project__slug=owner, model__name=rest)


def reference_in(project: Project, version: ModelVersion) -> str:
    """As the project names it: `NAME:NUMBER`, or `OWNER/NAME:NUMBER` of another."""
    return str(version) if version.model.project_id == project.pk else f"{version.model.project.slug}/{version}"


def usable_version(user: Any, project: Project, version_id: str) -> ModelVersion:
    """One of the project's own, or one that is offered to it. Raises Refusal `not_found`."""
    try:
        offered = versions_offered(project).filter(pk=uuid.UUID(str(version_id))).first()
    except ValueError:
        offered = None
    return offered or version_by_id(user, version_id)


def versions_of(model: RegisteredModel) -> QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(model=model).select_related(
        "model__project", "run", "tree", "created_by", "parent__model"
    )


class ModelRow(msgspec.Struct, frozen=True, kw_only=True):
    """A model in a list, with its newest version and that version's tags."""

    model: RegisteredModel
    latest: ModelVersion | None
    count: int
    tags: dict[str, str]


def rows_of(models: list[RegisteredModel]) -> list[ModelRow]:
    """In three queries, however many models."""
    versions = ModelVersion.objects.filter(model__in=models).select_related(
        "model__project", "run", "tree", "created_by", "parent__model"
    )
    newest = dict(versions.order_by().values_list("model_id").annotate(number=Max("number")))
    counts: dict[Any, int] = {}
    for model_id in versions.order_by().values_list("model_id", flat=True):
        counts[model_id] = counts.get(model_id, 0) + 1
    wanted = Q(pk__in=[])
    for model_id, number in newest.items():
        wanted |= Q(model_id=model_id, number=number)
    latest = {version.model_id: version for version in versions.filter(wanted)}
    tags = tags_of_many(list(latest.values()))
    return [
        ModelRow(
            model=model,
            latest=latest.get(model.pk),
            count=counts.get(model.pk, 0),
            tags=tags.get(str(latest[model.pk].pk), {}) if model.pk in latest else {},
        )
        for model in models
    ]


def files_of(version: ModelVersion) -> tuple[File, ...]:
    return manifest_of(version.tree_id).files


def signature_of(version: ModelVersion) -> Signature | None:
    return None if version.signature is None else msgspec.convert(version.signature, Signature)


def datasets_of(version: ModelVersion) -> QuerySet[ModelDataset]:
    return ModelDataset.objects.filter(version=version).select_related("dataset_version__dataset")


def datasets_of_many(versions: list[ModelVersion]) -> dict[Any, list[ModelDataset]]:
    """By the version's primary key, in one query."""
    found: dict[Any, list[ModelDataset]] = {version.pk: [] for version in versions}
    links = ModelDataset.objects.filter(version__in=versions).select_related("dataset_version__dataset")
    for link in links:
        found[link.version_id].append(link)
    return found


def models_from(dataset_version: DatasetVersion) -> QuerySet[ModelVersion]:
    """The versions that a dataset version stands behind."""
    used = ModelDataset.objects.filter(dataset_version=dataset_version).values("version_id")
    return ModelVersion.objects.filter(pk__in=used).select_related("model")


def version_of_tree(project: Project, name: str, tree: Tree) -> ModelVersion | None:
    """The newest version of that model which holds exactly these files."""
    found = ModelVersion.objects.filter(model__project=project, model__name=name, tree=tree)
    return found.select_related("model__project").order_by("-number").first()
