"""REST: batch endpoints, their deployments, uploads to be scored, and jobs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, BinaryIO
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named, require
from mlops.access.paging import CursorPages
from mlops.batch import actions, queries
from mlops.batch.call_body import call_values
from mlops.batch.component_deployments import component_named, deploy_component
from mlops.batch.inputs import keep_upload
from mlops.batch.invoking import invoke
from mlops.batch.models import BatchDeployment, BatchEndpoint
from mlops.batch.named import model_version, published_pipeline
from mlops.batch.searching import BATCH_ENDPOINTS
from mlops.batch.shaping import deployment_line, endpoint_line, endpoint_lines, job_line, job_whole
from mlops.environments.references import image_said
from mlops.formats.manifest import ARCHIVE_FILE
from mlops.formats.refusal import Refusal, Where
from mlops.pipelines.actions import cancel
from mlops.registry.api import project_asked_for
from mlops.tags.rest import LIST_PARAMETERS, list_answer


class NewBatchEndpoint(serializers.Serializer[Any]):
    project = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(required=False, allow_blank=True, default="")


class BatchEndpointFields(serializers.Serializer[Any]):
    description = serializers.CharField(required=False, allow_blank=True)
    default = serializers.CharField(required=False, help_text="the deployment that takes calls which name none")


class NewBatchDeployment(serializers.Serializer[Any]):
    """Of a model (`model`: name:version), of a published pipeline (`pipeline`: name:version) or of a pipeline component
    (`component`: name:version). JSON, or a multipart form whose part `definition` is that JSON and whose `files` (with
    `paths`) are the code."""

    name = serializers.CharField()
    model = serializers.CharField(required=False, allow_blank=True, default="")
    pipeline = serializers.CharField(required=False, allow_blank=True, default="")
    component = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="a pipeline component, or a published pipeline"
    )
    input_parameter = serializers.CharField(required=False, allow_blank=True, default="")
    entry = serializers.CharField(required=False, allow_blank=True, default="", help_text="onnx, native or script")
    script = serializers.CharField(required=False, allow_blank=True, default="", help_text="its path among the files")
    description = serializers.CharField(required=False, allow_blank=True, default="")
    settings = serializers.DictField(required=False, default=dict, help_text="formats.batch.BatchSettings")
    set_default = serializers.BooleanField(required=False, default=False)


class BatchDeploymentFields(serializers.Serializer[Any]):
    description = serializers.CharField(required=False, allow_blank=True)
    settings = serializers.DictField(required=False, default=dict)


class BatchEndpoints(APIView):
    """`?project=`"""

    @extend_schema(parameters=LIST_PARAMETERS, responses=dict)
    def get(self, request: Request) -> Response:
        found = queries.visible_to(request.user)
        if (project := project_asked_for(request)) is not None:
            found = found.filter(project=project)
        return list_answer(request, found, BATCH_ENDPOINTS, endpoint_lines)

    @extend_schema(request=NewBatchEndpoint, responses={201: dict})
    def post(self, request: Request) -> Response:
        values = _checked(NewBatchEndpoint, request.data)
        project = project_named(request.user, values.pop("project"))
        made = actions.create_endpoint(request.user, project, **values)
        return Response(endpoint_line(made), status=status.HTTP_201_CREATED)


class OneBatchEndpoint(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, batch_id: UUID) -> Response:
        return Response(endpoint_line(queries.endpoint(request.user, batch_id)))

    @extend_schema(request=BatchEndpointFields, responses=dict)
    def patch(self, request: Request, batch_id: UUID) -> Response:
        endpoint = queries.endpoint(request.user, batch_id)
        actions.update_endpoint(request.user, endpoint, **_checked(BatchEndpointFields, request.data))
        return Response(endpoint_line(queries.endpoint(request.user, batch_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, batch_id: UUID) -> Response:
        actions.delete_endpoint(request.user, queries.endpoint(request.user, batch_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class BatchDeployments(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, batch_id: UUID) -> Response:
        rows = queries.deployments_of(queries.endpoint(request.user, batch_id))
        return Response({"results": [deployment_line(row) for row in rows], "next": None, "previous": None})

    @extend_schema(request=NewBatchDeployment, responses={201: dict})
    def post(self, request: Request, batch_id: UUID) -> Response:
        endpoint = queries.endpoint(request.user, batch_id)
        require(request.user, "batch.run", endpoint.project)
        values = _checked(NewBatchDeployment, _definition(request))
        made = add_deployment(request.user, endpoint, values, files=_files(request))
        told = deployment_line(made)
        warnings = image_said(endpoint.project, str((made.settings or {}).get("environment", "")))
        return Response(told | {"warnings": warnings}, status=status.HTTP_201_CREATED)


class OneBatchDeployment(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, batch_id: UUID, batch_deployment: str) -> Response:
        endpoint = queries.endpoint(request.user, batch_id)
        return Response(deployment_line(actions.deployment_named(endpoint, batch_deployment)))

    @extend_schema(request=BatchDeploymentFields, responses=dict)
    def patch(self, request: Request, batch_id: UUID, batch_deployment: str) -> Response:
        deployment = actions.deployment_named(queries.endpoint(request.user, batch_id), batch_deployment)
        values = _checked(BatchDeploymentFields, request.data)
        return Response(deployment_line(actions.update_deployment(request.user, deployment, **values)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, batch_id: UUID, batch_deployment: str) -> Response:
        deployment = actions.deployment_named(queries.endpoint(request.user, batch_id), batch_deployment)
        actions.delete_deployment(request.user, deployment)
        return Response(status=status.HTTP_204_NO_CONTENT)


class BatchInputs(APIView):
    """A multipart form with `files` (and `paths`, where they lie in folders), or with one zip as `archive`."""

    @extend_schema(request=dict, responses={201: dict})
    def post(self, request: Request, batch_id: UUID) -> Response:
        endpoint = queries.endpoint(request.user, batch_id)
        archive = request.FILES.get("archive")
        files = [(ARCHIVE_FILE, archive)] if archive is not None else _files(request)
        kept = keep_upload(request.user, endpoint.project, files=files)
        count = kept.tree.file_count
        told = {"id": str(kept.pk), "input": f"upload:{kept.pk}", "files": count, "size_bytes": kept.tree.size_bytes}
        return Response(told, status=status.HTTP_201_CREATED)


class BatchJobs(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, batch_id: UUID) -> Response:
        endpoint = queries.endpoint(request.user, batch_id)
        pages = CursorPages()
        rows = pages.paginate_queryset(queries.jobs(request.user).filter(endpoint=endpoint), request, view=self) or []
        return pages.get_paginated_response([job_line(row) for row in rows])

    @extend_schema(request=dict, responses={202: dict})
    def post(self, request: Request, batch_id: UUID) -> Response:
        """`input`, `deployment`, `settings`, `parameters`, `inputs` and `outputs` by their names, `output_dataset`,
        `experiment`, `display_name`; or the `properties` that Azure's clients send."""
        endpoint = queries.endpoint(request.user, batch_id)
        header = request.headers.get("azureml-model-deployment", "")
        job = invoke(request.user, endpoint, **call_values(request.data, deployment=header))
        return Response(job_whole(request.user, queries.job(request.user, job.pk)), status=status.HTTP_202_ACCEPTED)


class OneBatchJob(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, job_id: UUID) -> Response:
        return Response(job_whole(request.user, queries.job(request.user, job_id)))


class BatchJobCancel(APIView):
    @extend_schema(request=None, responses={202: dict})
    def post(self, request: Request, job_id: UUID) -> Response:
        job = queries.job(request.user, job_id)
        cancel(request.user, job.run)
        return Response(job_line(queries.job(request.user, job_id)), status=status.HTTP_202_ACCEPTED)


def add_deployment(
    person: Any, endpoint: BatchEndpoint, values: dict[str, Any], *, files: list[tuple[str, BinaryIO]]
) -> BatchDeployment:
    """Of a model or of a pipeline, whichever the values name."""
    common = {
        "name": values["name"],
        "description": values.get("description", ""),
        "make_default": values.get("set_default", False),
    }
    of_pipeline = values.get("pipeline") or values.get("component")
    if of_pipeline and values.get("model"):
        raise Refusal("model_or_pipeline", _("A batch deployment is of a model or of a pipeline, not of both."))
    if of_pipeline:
        component = component_named(endpoint.project, values["component"]) if values.get("component") else None
        if component is not None:
            given = values.get("settings") or {}
            return deploy_component(person, endpoint, component=component, settings=given, **common)
        values = {**values, "pipeline": of_pipeline}
        pipeline = published_pipeline(endpoint.project, values["pipeline"])
        parameter = values.get("input_parameter", "")
        return actions.deploy_pipeline(person, endpoint, pipeline=pipeline, input_parameter=parameter, **common)
    return actions.deploy_model(
        person,
        endpoint,
        version=model_version(endpoint.project, values.get("model", "")),
        entry=values.get("entry", ""),
        code=files,
        script=values.get("script", ""),
        settings=values.get("settings") or {},
        **common,
    )


def _definition(request: Request) -> Any:
    """The JSON of the body, or of the form's part `definition`."""
    text = request.data.get("definition") if isinstance(request.data, Mapping) else None
    if not isinstance(text, str):
        return request.data
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refusal(
            "definition_invalid",
            _("“definition” is no JSON: %(error)s.") % {"error": error},
            where=Where(parameter="definition"),
        ) from error


def _files(request: Request) -> list[tuple[str, BinaryIO]]:
    uploads = request.FILES.getlist("files")
    paths = request.data.getlist("paths") if hasattr(request.data, "getlist") else []
    return [
        (paths[place] if place < len(paths) and paths[place] else upload.name or "file", upload)
        for place, upload in enumerate(uploads)
    ]


def _checked(shape: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    reader = shape(data=data)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)
