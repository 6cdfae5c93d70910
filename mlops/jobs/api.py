"""REST: jobs from files, and jobs by the names that files and commands use."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named, require
from mlops.blobs.trees import chunks
from mlops.components.bundles import unpacked
from mlops.formats.refusal import Refusal
from mlops.jobs import actions, files, publishing, queries
from mlops.jobs.shaping import job_line, job_lines, job_whole
from mlops.pipelines import published
from mlops.pipelines.actions import cancel
from mlops.pipelines.models import Schedule
from mlops.pipelines.schedules_api import schedule_arguments
from mlops.pipelines.shaping import schedule_whole
from mlops.runs.actions import archive, bring_back
from mlops.runs.models import Run
from mlops.runs.searching import RUNS
from mlops.runs.shaping import UNSEEN
from mlops.tags.rest import LIST_PARAMETERS, list_answer
from mlops.tags.searching import asks_for


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


class JobChange(serializers.Serializer[Any]):
    """What is left out stays as it is. A tag whose value is null is taken off."""

    display_name = serializers.CharField(required=False, max_length=200)
    description = serializers.CharField(required=False, allow_blank=True)
    tags = serializers.DictField(required=False, child=serializers.CharField(allow_blank=True, allow_null=True))


class Jobs(APIView):
    """`?project=&state=&experiment=&who=&parent=NAME&archived=only|include`, and as every list."""

    @extend_schema(parameters=LIST_PARAMETERS, responses=dict)
    def get(self, request: Request) -> Response:
        asked = request.query_params
        found = queries.listed(
            request.user,
            project=asked.get("project", ""),
            state=asked.get("state", ""),
            experiment=asked.get("experiment", ""),
            who=asked.get("who", ""),
            parent=asked.get("parent", ""),
            archived="include" if asks_for(asked.get("filter", ""), RUNS, "archived") else asked.get("archived", ""),
        )
        return list_answer(request, found.defer(*UNSEEN).select_related("parent"), RUNS, job_lines)

    @extend_schema(request=NewJob, responses={201: dict})
    def post(self, request: Request) -> Response:
        fields = NewJob(data=request.data)
        fields.is_valid(raise_exception=True)
        given = fields.validated_data
        project = project_named(request.user, given["project"])
        require(request.user, "jobs.submit", project)
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


class JobSchedules(APIView):
    """A job of a file, published and called by a schedule: `schedule` is JSON as `POST schedules/` takes it, without
    `endpoint`; `update` is the id of the schedule that is changed, where it is no new one."""

    @extend_schema(request=NewJob, responses={200: dict, 201: dict})
    def post(self, request: Request) -> Response:
        fields = NewJob(data=request.data)
        fields.is_valid(raise_exception=True)
        given = fields.validated_data
        project = project_named(request.user, given["project"])
        require(request.user, "jobs.submit", project)
        asked = {
            "schedule": schedule_arguments(_json(request.POST.get("schedule"))),
            "main": given["main"],
            "settings": tuple(given["set"]),
        }
        known = self._known(request)
        with sent_files(request, given.get("yaml")) as folder:
            if known is None:
                made, warnings = publishing.schedule_job(request.user, project, folder, **asked)
            else:
                made, warnings = publishing.reschedule_job(request.user, known, folder, **asked)
        return Response({**schedule_whole(made), "warnings": list(warnings)}, status=200 if known else 201)

    def _known(self, request: Request) -> Schedule | None:
        """The one that `update` names by its id."""
        text = str(request.POST.get("update") or "")
        try:
            return published.schedule(request.user, UUID(text)) if text else None
        except ValueError as error:
            raise Refusal("not_found", _("There is no such schedule."), status=404) from error


class OneJob(APIView):
    """By name, number or id."""

    @extend_schema(responses=dict)
    def get(self, request: Request, job: str) -> Response:
        return Response(job_whole(_job(request, job)))

    @extend_schema(request=JobChange, responses=dict)
    def patch(self, request: Request, job: str) -> Response:
        run = _job(request, job)
        fields = JobChange(data=request.data)
        fields.is_valid(raise_exception=True)
        actions.change_job(request.user, run, **fields.validated_data)
        return Response(job_whole(queries.job(request.user, str(run.pk))))


class Act(APIView):
    """`cancel`, `archive` or `restore`, as `act` says."""

    act = ""

    @extend_schema(request=None, responses={200: dict, 202: dict})
    def post(self, request: Request, job: str) -> Response:
        run = _job(request, job)
        if self.act == "cancel":
            cancel(request.user, run)
        else:
            (archive if self.act == "archive" else bring_back)(request.user, run)
        run.refresh_from_db()
        return Response(job_line(run), status=202 if self.act == "cancel" else 200)


class Files(APIView):
    """Everything that can be downloaded of a job; `outputs`: the names of its outputs."""

    @extend_schema(responses=dict)
    def get(self, request: Request, job: str) -> Response:
        run = _job(request, job)
        found = [msgspec.to_builtins(file) for file in files.files_of(run)]
        return Response({"results": found, "outputs": sorted(files.outputs_of(run))})


class OneFile(APIView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, job: str, path: str) -> StreamingHttpResponse:
        content = files.opened(request.user, _job(request, job), path)
        answer = StreamingHttpResponse(chunks(content), content_type="application/octet-stream")
        answer["Content-Disposition"] = content_disposition_header(True, path.rsplit("/", 1)[-1])
        return answer


def _json(text: Any) -> dict[str, Any]:
    try:
        return msgspec.json.decode(str(text or "{}"), type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise Refusal(
            "schedule_unreadable", _("`schedule` holds no JSON object: %(error)s.") % {"error": error}, status=422
        ) from error


def _job(request: Request, name: str) -> Run:
    return queries.job(request.user, name, project=request.query_params.get("project", ""))


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
        raise Refusal("job_without_files", _("No job came with the request."), hint=_("Send `files`, or `yaml`."))
    with unpacked(given) as folder:
        yield folder
