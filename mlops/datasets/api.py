"""REST: uploads, datasets, their versions, rows, profiles and files."""

from __future__ import annotations

from datetime import datetime
from typing import Any, BinaryIO, cast
from uuid import UUID

import msgspec
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import require, visible_projects
from mlops.access.models import Project
from mlops.access.openapi import files
from mlops.access.paging import CursorPages
from mlops.access.reading import checked
from mlops.bin.deletion import delete
from mlops.datasets import actions, downloads, failed, guests, queries, usage, versions
from mlops.datasets.models import Dataset, DatasetVersion, Upload, VersionState
from mlops.datasets.reading.examination import Examination
from mlops.datasets.searching import DATASETS
from mlops.formats.reading import Reading
from mlops.formats.refusal import Refusal, nearest
from mlops.tags.filters import tags_of, tags_of_many
from mlops.tags.rest import LIST_PARAMETERS, list_answer
from mlops.tags.searching import asks_for

IN_PROJECT = OpenApiParameter("project", str, description="The project's short name; absent: all that you may see.")


class NewDataset(serializers.Serializer[Any]):
    project = serializers.SlugField()
    name = serializers.CharField(max_length=200)
    upload = serializers.UUIDField()
    reading = serializers.JSONField(required=False, allow_null=True, default=None)
    description = serializers.CharField(required=False, allow_blank=True, default="")
    licence = serializers.CharField(required=False, allow_blank=True, default="")
    source = serializers.CharField(required=False, allow_blank=True, default="")  # type: ignore[assignment]


class NewVersion(serializers.Serializer[Any]):
    upload = serializers.UUIDField()
    reading = serializers.JSONField(required=False, allow_null=True, default=None)


class DatasetTexts(serializers.Serializer[Any]):
    description = serializers.CharField(required=False, allow_blank=True)
    licence = serializers.CharField(required=False, allow_blank=True)
    source = serializers.CharField(required=False, allow_blank=True)  # type: ignore[assignment]


class ReadingField(serializers.Serializer[Any]):
    reading = serializers.JSONField()


class UploadsView(APIView):
    @extend_schema(request={"multipart/form-data": OpenApiTypes.OBJECT}, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """A form with the fields `project` and `file`."""
        project = readable_project(request.user, str(request.POST.get("project", "")))
        require(request.user, "data.change", project)
        file = request.FILES.get("file")
        if file is None:
            raise Refusal("file_missing", _("The form has no file."), hint=_("Send it in the field `file`."))
        upload, seen = actions.receive(
            request.user, project, source=cast(BinaryIO, file), file_name=str(file.name or "")
        )
        return Response(_upload(upload, seen), status=status.HTTP_201_CREATED)

    @extend_schema(
        parameters=[OpenApiParameter("project", str, required=True), OpenApiParameter("file_name", str)],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={201: OpenApiTypes.OBJECT},
    )
    def put(self, request: Request) -> Response:
        """The body is the file, read as it comes."""
        project = readable_project(request.user, request.query_params.get("project", ""))
        upload, seen = actions.receive(
            request.user,
            project,
            source=cast(BinaryIO, request._request),
            file_name=request.query_params.get("file_name", "data.csv"),
        )
        return Response(_upload(upload, seen), status=status.HTTP_201_CREATED)


class UploadPreviewView(APIView):
    @extend_schema(request=ReadingField, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, upload_id: UUID) -> Response:
        """How the file looks under other settings. Without `columns` in the reading they are guessed anew."""
        upload = queries.upload(request.user, upload_id)
        reading = _reading(checked(ReadingField, request)["reading"]) or Reading(format="csv")
        if not reading.columns:
            return Response(_upload(upload, actions.look_again(request.user, upload, settings=reading)))
        seen = Examination(reading=reading, preview=actions.choose(request.user, upload, reading=reading))
        return Response(_upload(upload, seen))


class DatasetsView(APIView):
    @extend_schema(
        parameters=[
            IN_PROJECT,
            OpenApiParameter("samples", bool),
            OpenApiParameter("type", str, description="table, uri_file, uri_folder or mltable"),
            OpenApiParameter("archived", str, description="true: those as well; only: those alone"),
            *LIST_PARAMETERS,
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        slug = request.query_params.get("project", "")
        if slug:
            readable_project(request.user, slug)
        samples = {"true": True, "1": True, "false": False, "0": False}.get(request.query_params.get("samples", ""))
        archived = {"true": None, "1": None, "only": True}.get(request.query_params.get("archived", ""), False)
        if asks_for(request.query_params.get("filter", ""), DATASETS, "archived"):
            archived = None
        found = queries.found(
            guests.readable_by(request.user),
            project=slug,
            samples=samples,
            type=request.query_params.get("type", ""),
            archived=archived,
        )

        def shape(rows: list[Dataset]) -> list[dict[str, Any]]:
            return guests.told_to(request.user, rows, dataset_rows(rows))

        return list_answer(request, found, DATASETS, shape)

    @extend_schema(request=NewDataset, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """A new dataset, or the next version of the one with this name; its import is a job."""
        values = checked(NewDataset, request)
        project = readable_project(request.user, values["project"])
        require(request.user, "data.change", project)
        version = actions.create_dataset(
            request.user,
            project,
            name=values["name"],
            upload=queries.upload(request.user, values["upload"]),
            reading=_reading(values["reading"]),
            description=values["description"],
            licence=values["licence"],
            source=values["source"],
        )
        return Response(dataset_row(version.dataset, version), status=status.HTTP_201_CREATED)


class DatasetView(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, dataset_id: UUID) -> Response:
        dataset = guests.readable(request.user, dataset_id)
        row = dataset_row(dataset, queries.versions(dataset).first())
        return Response(guests.told_to(request.user, [dataset], [row])[0])

    @extend_schema(request=DatasetTexts, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, dataset_id: UUID) -> Response:
        dataset = actions.describe(
            request.user, queries.dataset(request.user, dataset_id), **checked(DatasetTexts, request)
        )
        return Response(dataset_row(dataset, queries.versions(dataset).first()))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, dataset_id: UUID) -> Response:
        """Into the recycle bin, with all of its versions; `?reason=` is kept with it."""
        dataset = queries.dataset(request.user, dataset_id)
        delete(request.user, dataset, reason=str(request.query_params.get("reason", "")))
        return Response(status=status.HTTP_204_NO_CONTENT)


class VersionsView(APIView):
    @extend_schema(parameters=[OpenApiParameter("version", str)], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, dataset_id: UUID) -> Response:
        dataset = guests.readable(request.user, dataset_id)
        pages = CursorPages()
        rows = queries.versions(dataset).defer("profile")
        if wanted := request.query_params.get("version", ""):
            rows = versions.matching(rows, wanted)
        page = cast(list[DatasetVersion], pages.paginate_queryset(rows, request, view=self))
        told = guests.told_to(request.user, [dataset] * len(page), [version_row(one) for one in page])
        return pages.get_paginated_response(told)

    @extend_schema(request=NewVersion, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """Equal bytes and settings as the newest version answer that one."""
        dataset = queries.dataset(request.user, dataset_id)
        require(request.user, "data.change", dataset.project)
        values = checked(NewVersion, request)
        version = actions.add_version(
            request.user,
            dataset,
            upload=queries.upload(request.user, values["upload"]),
            reading=_reading(values["reading"]),
        )
        return Response(version_row(version), status=status.HTTP_201_CREATED)


class VersionView(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, dataset_id: UUID, number: int) -> Response:
        version = _readable(request, dataset_id, number)
        users = [msgspec.to_builtins(use) for use in usage.uses_of(version)]
        told = version_row(version) | {"schema": version.schema, "reading": version.reading, "used_by": users}
        return Response(guests.told_to(request.user, [version.dataset], [told])[0])

    @extend_schema(responses={204: None})
    def delete(self, request: Request, dataset_id: UUID, number: int) -> Response:
        """Into the recycle bin; the last version takes the dataset along. `?reason=` is kept with it."""
        version = _version(request, dataset_id, number)
        if version.state != VersionState.FAILED or not failed.forget(request.user, version):
            actions.delete_version(request.user, version, reason=str(request.query_params.get("reason", "")))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RowsView(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("offset", int),
            OpenApiParameter("limit", int),
            OpenApiParameter("column", str, many=True, description="Only these; may be repeated."),
            OpenApiParameter("order", str, description="A column; -column: the largest first."),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, dataset_id: UUID, number: int) -> Response:
        version = _readable(request, dataset_id, number)
        offset, limit = _whole(request, "offset", 0), _whole(request, "limit", 50)
        columns, order = request.query_params.getlist("column"), request.query_params.get("order", "")
        return Response(queries.rows(version, offset=offset, limit=limit, columns=columns, order=order))


class ProfileView(APIView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, dataset_id: UUID, number: int) -> Response:
        return Response(msgspec.to_builtins(queries.profile_of(_readable(request, dataset_id, number))))


class DownloadView(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("as", str, enum=downloads.FORMATS)], responses=files(downloads.TYPES.values())
    )
    def get(self, request: Request, dataset_id: UUID, number: int) -> StreamingHttpResponse:
        version = _readable(request, dataset_id, number)
        wanted = request.query_params.get("as") or request.query_params.get("format") or "raw"
        return downloads.download(request._request, version, format=wanted, actor=request.user)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """`?format=csv` names the file here, not a renderer."""
        return self.get_renderers()[0], "application/json"


def dataset_rows(datasets: list[Dataset]) -> list[dict[str, Any]]:
    latest = queries.latest_of(datasets)
    tags = tags_of_many(datasets)
    return [dataset_row(one, latest.get(one.pk), tags[str(one.pk)]) for one in datasets]


def dataset_row(dataset: Dataset, latest: DatasetVersion | None, tags: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "id": str(dataset.pk),
        "project": dataset.project.slug,
        "name": dataset.name,
        "description": dataset.description,
        "tags": tags_of(dataset) if tags is None else tags,
        "licence": dataset.licence,
        "source": dataset.source,
        "type": dataset.type,
        "is_sample": dataset.is_sample,
        "archived": dataset.archived_at is not None,
        "created_at": _time(dataset.created_at),
        "created_by": dataset.created_by.get_username() if dataset.created_by else "",
        "latest": version_row(latest) if latest else None,
    }


def version_row(version: DatasetVersion) -> dict[str, Any]:
    return {
        "id": str(version.pk),
        "dataset": str(version.dataset_id),
        "name": version.dataset.name,
        "number": version.number,
        "version": version.version,
        "type": version.dataset.type,
        "path": version.uri,
        "content": version.content,
        "archived": version.archived_at is not None,
        "properties": version.properties,
        "origin": version.origin,
        "warnings": version.warnings,
        "files": version.files.file_count if version.files else None,
        "state": version.state,
        "reason": version.reason,
        "hint": version.hint,
        "state_since": _time(version.state_since),
        "row_count": version.row_count,
        "column_count": len(version.schema["columns"]) if version.schema else None,
        "size_bytes": version.size_bytes,
        "file_name": version.file_name,
        "sha256": version.raw_id,
        "tree": version.tree_id,
        "files_tree": version.files_id,
        "created_at": _time(version.created_at),
        "created_by": version.created_by.get_username() if version.created_by else "",
    }


def readable_project(person: Any, slug: str) -> Project:
    visible = visible_projects(person)
    project = visible.filter(slug=slug).first()
    if project is None:
        raise Refusal(
            "project_unknown",
            _("There is no project “%(slug)s”, or you may not see it.") % {"slug": slug}
            if slug
            else _("Say in which project."),
            hint=nearest(slug, visible.values_list("slug", flat=True)),
            status=404 if slug else 400,
        )
    return project


def _version(request: Request, dataset_id: UUID, number: int) -> DatasetVersion:
    return queries.version(queries.dataset(request.user, dataset_id), number)


def _readable(request: Request, dataset_id: UUID, number: int) -> DatasetVersion:
    """Guests read it as well."""
    return queries.version(guests.readable(request.user, dataset_id), number)


def _upload(upload: Upload, seen: Examination) -> dict[str, Any]:
    columns = [{"name": column.name, "type": column.type} for column in seen.reading.columns]
    return {
        "id": str(upload.pk),
        "file_name": upload.file_name,
        "size_bytes": upload.blob.size_bytes,
        "sha256": upload.blob_id,
        "guess": msgspec.to_builtins(seen.reading),
        "preview": {"columns": columns, **msgspec.to_builtins(seen.preview)},
        "warnings": list(seen.warnings),
    }


def _reading(given: Any) -> Reading | None:
    if given is None:
        return None
    try:
        return msgspec.convert(given, type=Reading)
    except msgspec.ValidationError as error:
        raise Refusal(
            "reading_invalid",
            _("`reading` is not understood: %(error)s.") % {"error": error},
            hint=_("Send back the guess of the upload."),
        ) from error


def _whole(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    if text and not text.isdecimal():
        raise Refusal("invalid", _("`%(name)s` is a whole number, not “%(text)s”.") % {"name": name, "text": text[:40]})
    return int(text[:15]) if text else default


def _time(moment: datetime) -> str:
    return moment.isoformat()
