"""REST: jobs from files, and jobs by the names that files and commands use."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named, require
from mlops.components.bundles import unpacked
from mlops.formats.refusal import Refusal
from mlops.jobs import actions, queries
from mlops.jobs.shaping import job_whole


class NewJob(serializers.Serializer[Any]):
    """A multipart form with `files` (zips are unpacked; `paths` where they lie in folders), or `yaml`, the text of a
    file that needs no others. `set`: fields given anew, `a.b=VALUE`."""

    project = serializers.CharField()
    main = serializers.CharField(required=False, allow_blank=True, default="")
    name = serializers.CharField(required=False, allow_blank=True, default="", max_length=255)
    experiment_name = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
    beside = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    yaml = serializers.CharField(required=False, trim_whitespace=False)
    set = serializers.ListField(child=serializers.CharField(trim_whitespace=False), required=False, default=list)


class Jobs(APIView):
    @extend_schema(request=NewJob, responses={201: dict})
    def post(self, request: Request) -> Response:
        fields = NewJob(data=request.data)
        fields.is_valid(raise_exception=True)
        given = fields.validated_data
        project = project_named(request.user, given["project"])
        require(request.user, "contribute", project)
        asked = actions.Asked(
            settings=tuple(given["set"]),
            name=given["name"],
            experiment=given["experiment_name"],
            beside=given["beside"][:120],
        )
        with sent_files(request, given.get("yaml")) as folder:
            run, warnings = actions.create_job(request.user, project, folder, main=given["main"], asked=asked)
        run = queries.job(request.user, str(run.pk))
        return Response({**job_whole(run), "warnings": list(warnings)}, status=201)


class Validation(APIView):
    """What a job would be; nothing is created."""

    @extend_schema(request=NewJob, responses=dict)
    def post(self, request: Request) -> Response:
        fields = NewJob(data=request.data)
        fields.is_valid(raise_exception=True)
        given = fields.validated_data
        project = project_named(request.user, given["project"])
        with sent_files(request, given.get("yaml")) as folder:
            found = actions.check_job(request.user, project, folder, main=given["main"], settings=tuple(given["set"]))
        return Response(found)


class OneJob(APIView):
    """By name, number or id."""

    @extend_schema(responses=dict)
    def get(self, request: Request, job: str) -> Response:
        return Response(job_whole(queries.job(request.user, job, project=request.query_params.get("project", ""))))


@contextmanager
def sent_files(request: Any, text: str | None = None) -> Iterator[Path]:
    """The files that came with the request, laid out. Raises Refusal `job_without_files`, `bundle_…`."""
    uploads = request.FILES.getlist("files")
    data = request.data if hasattr(request, "data") else request.POST
    paths = data.getlist("paths") if hasattr(data, "getlist") else []
    given: list[tuple[str, Any]] = [
        (paths[place] if place < len(paths) and paths[place] else str(upload.name), upload)
        for place, upload in enumerate(uploads)
    ]
    if text:
        given.append(("job.yml", io.BytesIO(text.encode())))
    if not given:
        raise Refusal("job_without_files", "No job came with the request.", hint="Send `files`, or `yaml`.")
    with unpacked(given) as folder:
        yield folder
