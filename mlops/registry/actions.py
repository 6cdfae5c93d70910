"""Registering models and changing what is said about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.bin.deletion import delete
from mlops.blobs.models import Tree
from mlops.blobs.trees import keep_manifest, keep_stream
from mlops.datasets.models import DatasetVersion
from mlops.datasets.references import resolve_data
from mlops.datasets.trees import without_companions
from mlops.events.chain import record
from mlops.events.facts import stored
from mlops.formats.frameworks import framework_of
from mlops.formats.manifest import File, Manifest
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.quotas.storage import within_quota
from mlops.registry.measured import metrics_of
from mlops.registry.models import ModelDataset, ModelVersion, RegisteredModel
from mlops.registry.names import checked_name
from mlops.registry.reading import Described, describe
from mlops.registry.recognising import checked_framework
from mlops.registry.whole import begin_model
from mlops.runs.models import DONE_STEP_STATES, Run, Step
from mlops.scans.policies import require_clean
from mlops.tags.actions import change_tags
from mlops.tags.filters import remove_tag as forget_tag
from mlops.tags.filters import write_tags
from mlops.uploads.actions import sent_files
from mlops.work.calls import later

MOST_FILES = 5_000
KEY_LENGTH, VALUE_LENGTH = 100, 500


def register(
    actor: Any,
    project: Project,
    *,
    name: str,
    run: Run | None = None,
    node: str = "",
    port: str = "",
    tree: Tree | None = None,
    description: str = "",
    tags: dict[str, str] | None = None,
    told_tags: dict[str, str] | None = None,
    properties: dict[str, Any] | None = None,
    metrics: dict[str, float] | None = None,
    framework: str = "",
    number: int | None = None,
) -> ModelVersion:
    """The next version of the model `name`, or that of the number: what a run's step made, or a tree of files (of that
    run, if one is given).

    `metrics` stand in for those that the run's evaluation found; `framework` says with what files that were not
    trained here can be scored, where their names do not tell it; `told_tags` are kept as another program told them."""
    require(actor, "models.register", project)
    name = checked_name(name)
    tags = checked_tags(tags or {}) | (told_tags or {})
    framework = checked_framework(framework)
    if run is not None:
        _require_unpinned(run)
    if run is not None and tree is None:
        tree, node, port = _output(run, project, node, port)
    if tree is None:
        raise Refusal("model_without_files", _("Say which run's output, or which files, the model is."))
    described = describe(tree.digest)
    require_clean(actor, project, described.files.files, place="register", subject=f"models/{name}")
    if metrics is None:
        metrics = metrics_of(run, node, port) if run is not None else {}
    with transaction.atomic():
        model = _model_row(actor, project, name, number)
        taken = ModelVersion.with_deleted.filter(model=model, number=number).first() if number else None
        if taken is not None and taken.deleted_at is None and taken.tree_id == tree.digest:
            return taken
        if taken is not None:
            raise _taken(taken)
        version = ModelVersion.objects.create(
            model=model,
            number=number or model.last_number,
            tree=tree,
            description=description.strip(),
            input_example=described.input_example,
            metrics=metrics,
            properties=properties or {},
            run=run,
            run_told=run.pk.hex if run else "",
            node=node,
            created_by=actor,
            **_facts(described, framework),
        )
        write_tags(version, tags)
        _link_datasets(version, described, project)
        record(
            actor,
            "mlops.model.registered",
            subject=f"models/{version}",
            project=project,
            data={
                "name": name,
                "version": version.number,
                "tags": tags,
                "properties": version.properties,
                "run": str(run.pk) if run else "",
                "node": node,
                "tree": tree.digest,
                "metrics": metrics,
                "description": version.description,
            },
            notice=("model", str(model.pk)),
        )
        if described.manifest is None and any(file.path.endswith(".onnx") for file in described.files.files):
            later("packaging.read_onnx", version.pk)
        later("scans.soon")
    return version


def _require_unpinned(run: Run) -> None:
    """A model that kept outputs went into is no result of the pipeline that the run shows."""
    pins = run.asked.get("pins", ())
    if not pins:
        return
    first = pins[0]["pin"]
    raise Refusal(
        "run_pinned",
        _("Run #%(number)d used a pinned output (pinned by %(who)s on %(day)s), so its models are not registered.")
        % {"number": run.number, "who": first["pinned_by"], "day": first["pinned_at"][:10]},
        hint=_("Take the pins off the drawing and submit it again; unchanged steps are reused."),
        status=409,
        where=Where(node=pins[0]["node"], port=pins[0]["port"]),
    )


def keep_files(actor: Any, project: Project, *, files: Iterable[tuple[str, BinaryIO]]) -> Tree:
    """The files of an upload as a tree; each is a path inside the model and a stream. Nothing is opened."""
    require(actor, "models.register", project)
    kept: dict[str, File] = {}
    for given, stream in files:
        path = _checked_path(given)
        blob = keep_stream(within_quota(project, stream))
        kept[path] = File(path=path, digest=blob.digest, size_bytes=blob.size_bytes)
        if len(kept) > MOST_FILES:
            raise Refusal("too_many_files", _("A model has at most %(most)s files.") % {"most": MOST_FILES})
    if not kept:
        raise Refusal("model_without_files", _("No file came with the request."), hint=_("Choose at least one file."))
    return keep_manifest(Manifest(files=tuple(kept[path] for path in sorted(kept))))


def keep_sent(actor: Any, project: Project, *, sent: Sequence[tuple[str, str]]) -> Tree:
    """Of files that were uploaded before, by the ids of their uploads and their paths inside the model."""
    if len(sent) > MOST_FILES:
        raise Refusal("too_many_files", _("A model has at most %(most)s files.") % {"most": MOST_FILES})
    files = sent_files(actor, project, [(upload_id, path and _checked_path(path)) for upload_id, path in sent])
    if not files:
        raise Refusal("model_without_files", _("No file came with the request."), hint=_("Choose at least one file."))
    return keep_manifest(Manifest(files=tuple(files)))


def keep_address(actor: Any, project: Project, address: str) -> Tree:
    """The files at an address of data, such as a job's output. Raises as `resolve_data` does."""
    require(actor, "models.register", project)
    found = resolve_data(actor, project, address, form="custom_model")
    return without_companions(Tree.objects.get(digest=found.tree))


def delete_version(actor: Any, version: ModelVersion, *, reason: str = "") -> None:
    """Into the recycle bin. Refused while something uses the version, with the names of its users."""
    delete(actor, version, reason=reason)
    version.model.save(update_fields=["changed_at"])


def set_tags(actor: Any, version: ModelVersion, *, tags: dict[str, str]) -> None:
    require(actor, "models.register", version.model.project)
    keep_tags(actor, version, tags=checked_tags(tags))


def keep_tags(actor: Any, version: ModelVersion, *, tags: dict[str, str]) -> None:
    """As another program told them, whose limits are wider."""
    require(actor, "models.register", version.model.project)
    with transaction.atomic():
        write_tags(version, tags)
        version.save(update_fields=["changed_at"])
        _record_change(actor, version, "mlops.model.tagged", {"tags": tags})


def remove_tag(actor: Any, version: ModelVersion, *, key: str) -> None:
    require(actor, "models.register", version.model.project)
    with transaction.atomic():
        forget_tag(version, key)
        _record_change(actor, version, "mlops.model.untagged", {"key": key})


def describe_version(actor: Any, version: ModelVersion, *, description: str) -> None:
    require(actor, "models.register", version.model.project)
    with transaction.atomic():
        was = stored(version)
        ModelVersion.objects.filter(pk=version.pk).update(description=description.strip())
        version.description = description.strip()
        _record_change(actor, version, "mlops.model.described", {"description": version.description}, was)


def _output(run: Run, project: Project, node: str, port: str) -> tuple[Tree, str, str]:
    """The model at a port of a run's step. Raises Refusals that name the nearest step and the ports."""
    if run.project_id != project.pk:
        raise Refusal("run_elsewhere", _("That run is in another project."), hint=_("Register the model there."))
    steps = {step.node: step for step in Step.objects.filter(run=run)}
    step = steps.get(node)
    if step is None:
        raise Refusal(
            "step_not_found",
            _("The run “%(run)s” has no step “%(node)s”.") % {"run": run, "node": node},
            hint=nearest(node, steps),
        )
    if step.state not in DONE_STEP_STATES:
        raise Refusal(
            "step_not_done",
            _("The step “%(step)s” is %(state)s, so there is no model yet.")
            % {"step": step.title, "state": step.state},
            hint=_("Wait until it has completed."),
            status=409,
        )
    models = {key: one["tree"] for key, one in step.outputs.items() if one.get("type") == "model"}
    port = port or next(iter(models), "")
    tree = Tree.objects.filter(digest=models.get(port, "")).first()
    if tree is None:
        raise Refusal(
            "no_model_here",
            _("The step “%(step)s” has no model at “%(port)s”.") % {"step": step.title, "port": port},
            hint=nearest(port, models) or _("Models come out of Train Model."),
        )
    return tree, node, port


def _taken(version: ModelVersion) -> Refusal:
    if version.deleted_at is not None:
        return Refusal(
            "version_taken",
            _("Version %(number)d of “%(name)s” is in the recycle bin.")
            % {"name": version.model.name, "number": version.number},
            hint=_("Restore it, or give another version: a number is not given again."),
            status=409,
            where=Where(parameter="version", value=str(version.number)),
        )
    return Refusal(
        "version_taken",
        _("“%(name)s” has a version %(number)d already, with other files.")
        % {"name": version.model.name, "number": version.number},
        hint=_("Give another version (the newest is %(newest)d), or leave it out.")
        % {"newest": version.model.last_number},
        status=409,
        where=Where(parameter="version", value=str(version.number)),
    )


def _model_row(actor: Any, project: Project, name: str, number: int | None = None) -> RegisteredModel:
    """The model's row, locked, with its next number taken, or that which is given."""
    model = RegisteredModel.objects.select_for_update(no_key=True).filter(project=project, name=name).first()
    if model is None:
        model = begin_model(actor, project, name=name)
    model.last_number = max(model.last_number, number) if number else model.last_number + 1
    model.save(update_fields=["last_number", "changed_at"])
    return model


def _facts(described: Described, framework: str) -> dict[str, Any]:
    manifest = described.manifest
    if manifest is None:
        return {"framework": framework or framework_of([file.path for file in described.files.files])}
    return {
        "task": manifest.task,
        "algorithm": manifest.algorithm,
        "framework": manifest.framework,
        "framework_version": manifest.framework_version,
        "signature": msgspec.to_builtins(manifest.signature),
    }


def _link_datasets(version: ModelVersion, described: Described, project: Project) -> None:
    for source in described.manifest.sources if described.manifest else ():
        name, _colon, number = source.rpartition(":")
        if not number.isdecimal():
            continue
        found = DatasetVersion.objects.filter(dataset__project=project, dataset__name=name, number=int(number)).first()
        if found is not None:
            ModelDataset.objects.get_or_create(version=version, dataset_version=found)


def _record_change(
    actor: Any, version: ModelVersion, type: str, data: dict[str, Any], was: dict[str, Any] | None = None
) -> None:
    project = version.model.project
    notice = ("model", str(version.model_id))
    now_is = stored(version) if was else None
    subject = f"models/{version}"
    record(actor, type, subject=subject, project=project, data=data, notice=notice, before=was, after=now_is)


def checked_tags(tags: dict[str, str]) -> dict[str, str]:
    checked = {str(key).strip(): str(value).strip() for key, value in tags.items()}
    for key, value in checked.items():
        if not key or "=" in key or len(key) > KEY_LENGTH or len(value) > VALUE_LENGTH:
            raise Refusal(
                "tag_invalid",
                _("“%(key)s” cannot be a tag's name.") % {"key": key[:KEY_LENGTH]},
                hint=_("Write TagName=TagValue, such as Area=Churn; names have no “=” and at most 100 letters."),
            )
    return checked


def _checked_path(given: str) -> str:
    path = PurePosixPath(given.replace("\\", "/"))
    if path.is_absolute() or not path.parts or ".." in path.parts or len(given) > 500:
        raise Refusal("file_name_invalid", _("“%(name)s” cannot be a file's name.") % {"name": given[:200]})
    return path.as_posix()


def tag_model(actor: Any, model: RegisteredModel, *, tags: Mapping[str, str | None]) -> dict[str, str]:
    """None takes a tag off. Raises Refusal `tag_invalid`, `tags_too_many`."""
    return change_tags(
        actor,
        model,
        tags,
        project=model.project,
        type="mlops.registered_model.tagged",
        subject=f"models/{model.name}",
        notice=("model", str(model.pk)),
    )
