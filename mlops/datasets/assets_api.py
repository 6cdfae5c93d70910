"""REST for data assets: files and folders are sent first, then made into a version with a name."""

from __future__ import annotations

from typing import Any, BinaryIO, cast
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import require
from mlops.datasets import arrivals, assets, errors, guests, outside, queries, versions
from mlops.datasets.api import dataset_row, readable_project
from mlops.datasets.comparing import difference
from mlops.datasets.models import Dataset, DatasetVersion
from mlops.datasets.queries import latest_of
from mlops.formats.refusal import Refusal
from mlops.uploads.actions import forget
from mlops.uploads.given import sent_in


class NewAssetFields(serializers.Serializer[Any]):
    project = serializers.SlugField()
    name = serializers.CharField(max_length=200)
    type = serializers.CharField(required=False, default="uri_folder")
    version = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
    description = serializers.CharField(required=False, allow_blank=True, default="")
    tags = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, default=dict)
    properties = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, default=dict)
    arrival = serializers.UUIDField(required=False, allow_null=True, default=None)
    sent = serializers.JSONField(
        required=False, help_text="files that were uploaded before: [{id, path}], by /api/v1/sent-files/"
    )
    path = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    reference = serializers.BooleanField(required=False, default=False)


class AssetChanges(serializers.Serializer[Any]):
    tags = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, default=dict)
    removed_tags = serializers.ListField(child=serializers.CharField(), required=False, default=list)
    properties = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False, default=dict)
    version = serializers.CharField(required=False, allow_blank=True, default="")


class WhichVersion(serializers.Serializer[Any]):
    version = serializers.CharField(required=False, allow_blank=True, default="")


class ArrivalsView(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("project", str, required=True),
            OpenApiParameter("file_name", str, description="Of one file; absent: the body is a tar archive."),
        ],
        request={"application/octet-stream": OpenApiTypes.BINARY, "application/x-tar": OpenApiTypes.BINARY},
        responses={201: OpenApiTypes.OBJECT},
    )
    def put(self, request: Request) -> Response:
        """The body is one file, or a folder as a tar archive; it is read as it comes."""
        project = readable_project(request.user, request.query_params.get("project", ""))
        require(request.user, "data.change", project)
        source = cast(BinaryIO, request._request)
        file_name = request.query_params.get("file_name", "")
        if file_name:
            arrival = arrivals.keep_one(request.user, project, source=source, file_name=file_name)
        else:
            arrival = arrivals.keep_tar(request.user, project, source=source)
        told = {"id": str(arrival.pk), "tree": arrival.tree_id, "files": arrival.tree.file_count}
        return Response(told | {"size_bytes": arrival.tree.size_bytes}, status=status.HTTP_201_CREATED)


class AssetsView(APIView):
    @extend_schema(request=NewAssetFields, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Of what was sent (`arrival`), or of an address (`path`). A version that exists is answered where its
        content is equal, and refused where it is not."""
        form = NewAssetFields(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        project = readable_project(request.user, values["project"])
        require(request.user, "data.change", project)
        given, sent = values["arrival"], sent_in(values.get("sent", []))
        files = arrivals.arrival(request.user, project, given).tree if given else None
        if sent:
            files = arrivals.keep_sent(request.user, project, sent=sent).tree
        new = assets.NewAsset(
            name=values["name"],
            type=values["type"],
            version=values["version"],
            description=values["description"],
            tags=values["tags"],
            properties=values["properties"],
            uri=values["path"],
            by_reference=values["reference"],
        )
        version = assets.create_asset(request.user, project, new, files=files)
        forget(request.user, (upload_id for upload_id, _path in sent))
        return Response(dataset_row(version.dataset, version), status=status.HTTP_201_CREATED)


class AssetView(APIView):
    @extend_schema(request=AssetChanges, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, dataset_id: UUID) -> Response:
        """Sets tags, and adds properties to a version (the newest, where none is named)."""
        dataset = queries.dataset(request.user, dataset_id)
        form = AssetChanges(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        version = _version(dataset, values["version"]) or queries.versions(dataset).first()
        if values["tags"] or values["removed_tags"]:
            removed = tuple(values["removed_tags"])
            assets.set_tags(request.user, dataset, tags=values["tags"], removed=removed)
        if values["properties"] and version is not None:
            assets.set_properties(request.user, version, properties=values["properties"])
        require(request.user, "data.change", dataset.project)
        return Response(dataset_row(dataset, version))


class ArchiveView(APIView):
    @extend_schema(request=WhichVersion, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, dataset_id: UUID, act: str) -> Response:
        """Without a version: the whole data asset."""
        dataset = queries.dataset(request.user, dataset_id)
        form = WhichVersion(data=request.data)
        form.is_valid(raise_exception=True)
        version = _version(dataset, dict(form.validated_data)["version"])
        acts = {"archive": assets.archive, "restore": assets.restore}
        acts[act](request.user, dataset, version=version)
        dataset.refresh_from_db()
        return Response(dataset_row(dataset, version or latest_of([dataset]).get(dataset.pk)))


class FilesView(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("offset", int), OpenApiParameter("limit", int), OpenApiParameter("below", str)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, dataset_id: UUID, number: int) -> Response:
        """The files and folders directly below a folder of a version."""
        from mlops.datasets.browsing import listing

        version = queries.version(guests.readable(request.user, dataset_id), number)
        offset, limit = (_whole(request, name, default) for name, default in (("offset", 0), ("limit", 200)))
        below = request.query_params.get("below", "")
        return Response(msgspec.to_builtins(listing(version, below=below, offset=offset, limit=limit)))


class DifferenceView(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("against", int, required=True), OpenApiParameter("key", str, many=True)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, dataset_id: UUID, number: int) -> Response:
        """What this version has that the one it is held against has not: columns, rows (by `key`, which may be
        repeated, or as a whole), distributions; of folders their files."""
        dataset = guests.readable(request.user, dataset_id)
        before = queries.version(dataset, _whole(request, "against", 0))
        keys = request.query_params.getlist("key")
        return Response(difference(before, queries.version(dataset, number), keys=keys))


class VerifyView(APIView):
    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, dataset_id: UUID, number: int) -> Response:
        """Whether what lies at the version's address is still what was registered."""
        version = queries.version(queries.dataset(request.user, dataset_id), number)
        return Response(msgspec.to_builtins(outside.verify(request.user, version)))


def _version(dataset: Dataset, wanted: str) -> DatasetVersion | None:
    if not wanted:
        return None
    found = versions.find(dataset, wanted)
    if found is None:
        raise errors.no_version(dataset, wanted, [one.version for one in queries.versions(dataset)[:20]])
    return found


def _whole(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    if text and not text.isdecimal():
        raise Refusal("invalid", _("`%(name)s` is a whole number, not “%(text)s”.") % {"name": name, "text": text[:40]})
    return int(text[:12]) if text else default
