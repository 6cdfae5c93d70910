"""REST: models, their versions and files."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

import msgspec
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named
from mlops.access.models import Project
from mlops.access.reading import checked
from mlops.blobs.trees import open_file
from mlops.formats.refusal import Refusal
from mlops.registry import actions, queries, relations, sharing, shelving
from mlops.registry.archive import zipped
from mlops.registry.from_address import register_address
from mlops.registry.models import ModelDataset, ModelVersion, RegisteredModel
from mlops.registry.scanned import require_given_out, standing_in_versions
from mlops.registry.searching import MODELS, VERSIONS
from mlops.registry.usage import users_of
from mlops.registry.whole import delete_model
from mlops.runs.models import Run
from mlops.tags.filters import tags_of, tags_of_many
from mlops.tags.rest import LIST_PARAMETERS, list_answer
from mlops.tags.searching import Searchable, asks_for
from mlops.tags.searching.hidden import asks_about
from mlops.uploads.actions import forget
from mlops.uploads.given import sent_in


class NewModel(serializers.Serializer[Any]):
    """JSON with `run` and `node`; or with `path`, an address of data such as `azureml://jobs/NAME/outputs/OUTPUT`; or a
    multipart form with `files` (and `paths`, where they lie in folders). With `reuse`, a version that holds the same
    files is answered instead of making one more."""

    project = serializers.CharField()
    name = serializers.CharField()
    run = serializers.UUIDField(required=False, allow_null=True)
    node = serializers.CharField(required=False, allow_blank=True, default="")
    port = serializers.CharField(required=False, allow_blank=True, default="")
    description = serializers.CharField(required=False, allow_blank=True, default="")
    tags = serializers.JSONField(required=False, default=dict)
    properties = serializers.JSONField(required=False, default=dict)
    framework = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="sklearn, lightgbm, xgboost, onnx, mlflow or custom"
    )
    path = serializers.CharField(required=False, allow_blank=True, default="")
    sent = serializers.JSONField(
        required=False, help_text="files that were uploaded before: [{id, path}], by /api/v1/sent-files/"
    )
    reuse = serializers.BooleanField(required=False, default=False)
    version = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**31 - 1,
        default=None,
        help_text="default: the next one",
    )


class VersionChange(serializers.Serializer[Any]):
    description = serializers.CharField(required=False, allow_blank=True)
    tags = serializers.DictField(
        required=False, child=serializers.CharField(allow_blank=True, allow_null=True), help_text="null removes a tag"
    )
    parent_model = serializers.CharField(
        required=False, allow_blank=True, help_text="name:number of the project; empty: none"
    )
    resources = serializers.DictField(required=False, help_text="cpu (cores) and memory_gib; empty: nobody says")


class DatasetLink(serializers.Serializer[Any]):
    dataset = serializers.CharField(help_text="name:version")
    relation = serializers.CharField(
        required=False, default=relations.RELATIONS[0], help_text=", ".join(relations.RELATIONS) + ", or another"
    )


class VersionView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    model = serializers.UUIDField()
    name = serializers.CharField()
    project = serializers.CharField()
    number = serializers.IntegerField()
    description = serializers.CharField()
    task = serializers.CharField()
    algorithm = serializers.CharField()
    framework = serializers.CharField()
    framework_version = serializers.CharField()
    signature = serializers.JSONField()
    input_example = serializers.JSONField()
    metrics = serializers.DictField()
    parent_model = serializers.CharField(help_text="name:number; empty: none")
    resources = serializers.DictField()
    stage = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    tags = serializers.DictField()
    properties = serializers.DictField()
    run = serializers.UUIDField(allow_null=True)
    node = serializers.CharField()
    datasets = serializers.ListField()
    size_bytes = serializers.IntegerField()
    digest = serializers.CharField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()
    scan = serializers.CharField(help_text="none, safe, suspicious, dangerous or waiting: the worst of its files")
    archived = serializers.BooleanField()


class ModelView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    project = serializers.CharField()
    description = serializers.CharField()
    versions = serializers.IntegerField()
    latest = VersionView(allow_null=True)
    created_at = serializers.DateTimeField()
    archived = serializers.BooleanField()


ARCHIVED = OpenApiParameter("archived", str, description="true: those as well; only: those alone")


class ModelsView(APIView):
    @extend_schema(parameters=[*LIST_PARAMETERS, ARCHIVED], responses=ModelView(many=True))
    def get(self, request: Request) -> Response:
        """`understood` says how each condition was read, such as Area=Churn."""
        models = queries.visible_to(request.user) if _asks_origin(request) else sharing.readable_by(request.user)
        if (project := project_asked_for(request)) is not None:
            models = models.filter(project=project)
        models = queries.in_lists(models, archived=archived_asked(request, MODELS))

        def shape(rows: list[Any]) -> list[Any]:
            return sharing.told_to(request.user, rows, model_views(rows))

        return list_answer(request, models, MODELS, shape)

    @extend_schema(request=NewModel, responses={201: VersionView})
    def post(self, request: Request) -> Response:
        values = checked(NewModel, request)
        project = project_named(request.user, values.pop("project"))
        run_id = values.pop("run", None)
        for key in ("tags", "properties"):
            values[key] = _as_mapping(values[key], key)
        uploads, path, reuse = request.FILES.getlist("files"), values.pop("path"), values.pop("reuse")
        sent = sent_in(values.pop("sent", []))
        if path:
            for unused in ("node", "port"):
                values.pop(unused)
            values["number"] = values.pop("version")
            version = register_address(request.user, project, path, reuse=reuse, **values)
        elif uploads or sent:
            paths = request.data.getlist("paths") if hasattr(request.data, "getlist") else []
            given = [(_path(upload, paths, place), upload) for place, upload in enumerate(uploads)]
            if sent:
                tree = actions.keep_sent(request.user, project, sent=sent)
            else:
                tree = actions.keep_files(request.user, project, files=given)
            for unused in ("node", "port"):
                values.pop(unused)
            values["number"] = values.pop("version")
            same = queries.version_of_tree(project, values["name"], tree) if reuse else None
            version = same or actions.register(request.user, project, tree=tree, **values)
            forget(request.user, (upload_id for upload_id, _path in sent))
        else:
            run = Run.kept.filter(pk=run_id, project=project).first() if run_id else None
            if run_id and run is None:
                raise Refusal("not_found", _("There is no such run, or you may not see it."), status=404)
            values["number"] = values.pop("version")
            version = actions.register(request.user, project, run=run, **values)
        return Response(version_view(version, tags_of(version)), status=status.HTTP_201_CREATED)


class OneModelView(APIView):
    @extend_schema(responses=ModelView)
    def get(self, request: Request, model_id: uuid.UUID) -> Response:
        model = sharing.readable_model(request.user, model_id)
        shown = model_view(queries.rows_of([model])[0])
        return Response(sharing.told_to(request.user, [model], [shown])[0])

    @extend_schema(responses={204: None})
    def delete(self, request: Request, model_id: uuid.UUID) -> Response:
        """Into the recycle bin, with all of its versions; `?reason=` is kept with it."""
        delete_model(request.user, queries.visible_model(request.user, model_id), reason=reason_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ArchiveModel(APIView):
    """Out of the lists, or back: what uses it goes on."""

    act = staticmethod(shelving.archive)

    @extend_schema(request=None, responses=ModelView)
    def post(self, request: Request, model_id: uuid.UUID) -> Response:
        model = queries.visible_model(request.user, model_id)
        self.act(request.user, model)
        return Response(model_view(queries.rows_of([model])[0]))


class ArchiveVersion(APIView):
    act = staticmethod(shelving.archive)

    @extend_schema(request=None, responses=VersionView)
    def post(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        version = queries.visible_version(request.user, model_id, number)
        self.act(request.user, version)
        return Response(version_view(version, tags_of(version)))


class VersionsView(APIView):
    @extend_schema(parameters=[*LIST_PARAMETERS, ARCHIVED], responses=VersionView(many=True))
    def get(self, request: Request, model_id: uuid.UUID) -> Response:
        model = sharing.readable_model(request.user, model_id)
        if _asks_origin(request):
            model = queries.visible_model(request.user, model_id)
        found = queries.in_lists(queries.versions_of(model), archived=archived_asked(request, VERSIONS))

        def shape(rows: list[Any]) -> list[Any]:
            return sharing.told_to(request.user, [model] * len(rows), version_views(rows))

        return list_answer(request, found, VERSIONS, shape)


class OneVersionView(APIView):
    @extend_schema(responses=VersionView)
    def get(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        version = sharing.readable_version(request.user, model_id, number)
        users = msgspec.to_builtins(users_of(version))
        shown = {**version_view(version, tags_of(version)), "used_by": users}
        return Response(sharing.told_to(request.user, [version.model], [shown])[0])

    @extend_schema(request=VersionChange, responses=VersionView)
    def patch(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        version = queries.visible_version(request.user, model_id, number)
        values = checked(VersionChange, request)
        tags: dict[str, str | None] = values.get("tags", {})
        kept = {key: value for key, value in tags.items() if value is not None}
        if kept:
            actions.set_tags(request.user, version, tags=kept)
        for key in tags.keys() - kept.keys():
            actions.remove_tag(request.user, version, key=key)
        if "description" in values:
            actions.describe_version(request.user, version, description=values["description"])
        if "parent_model" in values:
            relations.set_parent(request.user, version, parent=values["parent_model"])
        if "resources" in values:
            relations.set_resources(request.user, version, resources=values["resources"])
        return Response(version_view(version, tags_of(version)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        """Into the recycle bin; `?reason=` is kept with it."""
        version = queries.visible_version(request.user, model_id, number)
        actions.delete_version(request.user, version, reason=reason_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DatasetsView(APIView):
    @extend_schema(request=DatasetLink, responses=VersionView)
    def post(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        """Puts a dataset version behind the model version, in a relation."""
        version = queries.visible_version(request.user, model_id, number)
        relations.link_dataset(request.user, version, **checked(DatasetLink, request))
        return Response(version_view(version, tags_of(version)))

    @extend_schema(request=DatasetLink, responses=VersionView)
    def delete(self, request: Request, model_id: uuid.UUID, number: int) -> Response:
        version = queries.visible_version(request.user, model_id, number)
        relations.unlink_dataset(request.user, version, **checked(DatasetLink, request))
        return Response(version_view(version, tags_of(version)))


class DownloadView(APIView):
    @extend_schema(responses={(200, "application/zip"): bytes})
    def get(self, request: Request, model_id: uuid.UUID, number: int) -> HttpResponseBase:
        version = sharing.readable_version(request.user, model_id, number)
        require_given_out(request.user, version)
        return zip_answer(version)


class FilesView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, model_id: uuid.UUID, number: int) -> HttpResponseBase:
        """All files; with `?path=` the bytes of one."""
        version = sharing.readable_version(request.user, model_id, number)
        path = request.query_params.get("path", "")
        if path:
            require_given_out(request.user, version, path=path)
            return file_answer(version, path)
        files = queries.files_of(version)
        rows = [{"path": file.path, "size_bytes": file.size_bytes, "sha256": file.digest} for file in files]
        return Response({"results": rows})


def zip_answer(version: ModelVersion) -> StreamingHttpResponse:
    name = f"{version.model.name}-{version.number}"
    content = zipped(queries.files_of(version), folder=name)
    disposition = {"Content-Disposition": content_disposition_header(True, f"{name}.zip") or "attachment"}
    return StreamingHttpResponse(content, content_type="application/zip", headers=disposition)


def file_answer(version: ModelVersion, path: str) -> FileResponse:
    """Always as a download: nothing of a model is shown by the browser as a page of ours."""
    source = open_file(version.tree_id, path)
    name = path.rpartition("/")[2]
    return FileResponse(source, as_attachment=True, filename=name, content_type="application/octet-stream")


def model_views(models: list[RegisteredModel]) -> list[dict[str, Any]]:
    rows = queries.rows_of(models)
    latest = [row.latest for row in rows if row.latest]
    datasets, aliases = queries.datasets_of_many(latest), queries.aliases_of_many(latest)
    scans = standing_in_versions(latest)
    return [
        model_view(row, datasets[row.latest.pk], aliases[row.latest.pk], scan=scans[row.latest.pk].level)
        if row.latest
        else model_view(row)
        for row in rows
    ]


def model_view(
    row: queries.ModelRow,
    datasets: Iterable[ModelDataset] | None = None,
    aliases: list[str] | None = None,
    *,
    scan: str = "",
) -> dict[str, Any]:
    return {
        "id": row.model.pk,
        "name": row.model.name,
        "project": row.model.project.slug,
        "description": row.model.description,
        "versions": row.count,
        "latest": version_view(row.latest, row.tags, datasets, aliases, scan=scan) if row.latest else None,
        "created_at": row.model.created_at,
        "archived": row.model.archived_at is not None,
    }


def version_views(versions: list[ModelVersion]) -> list[dict[str, Any]]:
    tags, datasets = tags_of_many(versions), queries.datasets_of_many(versions)
    aliases, scans = queries.aliases_of_many(versions), standing_in_versions(versions)
    return [
        version_view(one, tags[str(one.pk)], datasets[one.pk], aliases[one.pk], scan=scans[one.pk].level)
        for one in versions
    ]


def version_view(
    version: ModelVersion,
    tags: dict[str, str],
    datasets: Iterable[ModelDataset] | None = None,
    aliases: list[str] | None = None,
    *,
    scan: str = "",
) -> dict[str, Any]:
    links = queries.datasets_of(version) if datasets is None else datasets
    told_datasets = [
        {"name": str(link.dataset_version), "id": link.dataset_version.dataset_id, "relation": link.relation}
        for link in links
    ]
    told = {name: getattr(version, name) for name in PLAIN}
    return told | {
        "model": version.model_id,
        "name": version.model.name,
        "project": version.model.project.slug,
        "aliases": queries.aliases_of_many([version])[version.pk] if aliases is None else aliases,
        "parent_model": str(version.parent) if version.parent else "",
        "tags": tags,
        "run": version.run_id,
        "datasets": told_datasets,
        "size_bytes": version.tree.size_bytes,
        "digest": version.tree_id,
        "created_by": version.created_by.get_username() if version.created_by else "",
        "scan": scan or standing_in_versions([version])[version.pk].level,
        "archived": version.archived_at is not None,
    }


PLAIN = (
    "id", "number", "description", "task", "algorithm", "framework", "framework_version", "signature",
    "input_example", "metrics", "properties", "node", "stage", "resources", "created_at",
)  # fmt: skip


def _asks_origin(request: Request) -> bool:
    """A filter by what a guest may not read finds nothing of what is shared with the person alone."""
    return any(asks_about(request.query_params, fields, sharing.UNTOLD) for fields in (MODELS, VERSIONS))


def archived_asked(request: Request, what: Searchable) -> str:
    """A filter that speaks of it decides."""
    if asks_for(request.query_params.get("filter", ""), what, "archived"):
        return "true"
    return str(request.query_params.get("archived", ""))


def project_asked_for(request: Request) -> Project | None:
    slug = request.query_params.get("project", "")
    return project_named(request.user, slug) if slug else None


def reason_of(request: Request) -> str:
    return str(request.query_params.get("reason", ""))


def _path(upload: Any, paths: list[str], place: int) -> str:
    """Browsers send a bare file name; a folder's path comes beside it, or in the part's own name."""
    return paths[place] if place < len(paths) and paths[place] else upload.name


def _as_mapping(value: Any, key: str) -> dict[str, Any]:
    try:
        mapping = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        mapping = None
    if not isinstance(mapping, dict):
        raise Refusal("invalid", _("“%(key)s” must be an object, such as {“Area”: “Churn”}.") % {"key": key})
    return mapping
