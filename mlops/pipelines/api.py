"""The REST routes of runs and experiments: they stand here because cancelling is an act of pipelines."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.blobs.trees import chunks, manifest_of, open_file
from mlops.formats.refusal import Refusal
from mlops.pipelines import actions
from mlops.pipelines.own_components import own_offers
from mlops.runs import queries, sharing
from mlops.runs.compare import compare
from mlops.runs.models import FINAL_STEP_STATES, Run
from mlops.runs.outputs import look
from mlops.runs.priorities import prioritize
from mlops.runs.searching import EXPERIMENTS, RUNS
from mlops.runs.shaping import UNSEEN, brief, briefs, experiment_rows, log_line, whole
from mlops.scans.policies import require_clean
from mlops.tags.rest import LIST_PARAMETERS, list_answer


class Runs(APIView):
    """`?project=&state=&experiment=&who=`, newest first where no order is asked for."""

    @extend_schema(parameters=LIST_PARAMETERS, responses=dict)
    def get(self, request: Request) -> Response:
        asked = request.query_params
        found = queries.filtered(
            sharing.listed(request.user, asked),
            project=asked.get("project", ""),
            state=asked.get("state", ""),
            experiment=asked.get("experiment", ""),
            who=asked.get("who", ""),
        )

        def shape(rows: list[Run]) -> list[dict[str, Any]]:
            return sharing.told_to(request.user, rows, briefs(rows))

        return list_answer(request, found.defer(*UNSEEN), RUNS, shape)


class Experiments(APIView):
    @extend_schema(parameters=LIST_PARAMETERS, responses=dict)
    def get(self, request: Request) -> Response:
        found = queries.experiments(request.user, project=request.query_params.get("project", ""))
        return list_answer(request, found, EXPERIMENTS, experiment_rows)


class OneRun(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, run_id: UUID) -> Response:
        run = sharing.readable(request.user, run_id)
        told = whole(request.user, run, queries.steps(run))
        return Response(sharing.told_to(request.user, [run], [told])[0])


class RunDocument(APIView):
    """As it was submitted."""

    @extend_schema(responses=dict)
    def get(self, request: Request, run_id: UUID) -> Response:
        run = queries.run(request.user, run_id)
        told = {"document": run.document, "shapes": run.shapes, "spec": run.spec}
        return Response({**told, "components": own_offers(run)})


class RunCancel(APIView):
    @extend_schema(request=None, responses={202: dict})
    def post(self, request: Request, run_id: UUID) -> Response:
        run = queries.run(request.user, run_id)
        actions.cancel(request.user, run)
        return Response(brief(run), status=202)


class PriorityFields(serializers.Serializer[Any]):
    priority = serializers.CharField(max_length=20, help_text="low, normal or high; medium is the same as normal.")


class RunPriority(APIView):
    @extend_schema(request=PriorityFields, responses={200: dict})
    def post(self, request: Request, run_id: UUID) -> Response:
        """How urgent it is, also of a run that goes: those of its steps that wait move."""
        run = queries.run(request.user, run_id)
        reader = PriorityFields(data=request.data)
        reader.is_valid(raise_exception=True)
        prioritize(request.user, run, priority=reader.validated_data["priority"])
        return Response(brief(run))


class RunsCompare(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        a, b = (_named_run(request, name) for name in ("a", "b"))
        return Response({"a": brief(a), "b": brief(b), **msgspec.to_builtins(compare(a, b))})


class StepLog(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, run_id: UUID, node: str) -> Response:
        step = queries.step(queries.run(request.user, run_id), node)
        after = _number(request, "after", 0)
        lines = queries.log_lines(step, after=after)
        return Response(
            {
                "lines": [log_line(line) for line in lines],
                "next": lines[-1].seq if lines else after,
                "ended": step.state in FINAL_STEP_STATES,
            }
        )


class StepOutput(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, run_id: UUID, node: str, port: str) -> Response:
        step = queries.step(queries.run(request.user, run_id), node)
        output = queries.output(step, port)
        found = look(output, offset=_number(request, "offset", 0), limit=_number(request, "limit", 50))
        if output["type"] == "model":
            found["register_url"] = reverse("web:model-register") + f"?run={run_id}&node={node}&port={port}"
        if output["type"] == "zip":
            found["files"] = _file_links(run_id, node, port, output["tree"])
        return Response(found)


class StepFiles(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, run_id: UUID, node: str, port: str) -> Response:
        step = queries.step(queries.run(request.user, run_id), node)
        files = manifest_of(queries.output(step, port)["tree"]).files
        return Response({"results": msgspec.to_builtins(files)})


class StepFile(APIView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, run_id: UUID, node: str, port: str, path: str) -> StreamingHttpResponse:
        run = queries.run(request.user, run_id)
        tree = queries.output(queries.step(run, node), port)["tree"]
        content = open_file(tree, path)
        wanted = [file for file in manifest_of(tree).files if file.path == path]
        require_clean(request.user, run.project, wanted, place="download", subject=f"runs/{run.pk}")
        answer = StreamingHttpResponse(chunks(content), content_type="application/octet-stream")
        answer["Content-Disposition"] = content_disposition_header(True, path.rsplit("/", 1)[-1])
        return answer


def _file_links(run_id: UUID, node: str, port: str, tree: str) -> list[dict[str, Any]]:
    place = {"run_id": run_id, "node": node, "port": port}
    return [
        {
            "path": file.path,
            "size_bytes": file.size_bytes,
            "url": reverse("step-file", kwargs=place | {"path": file.path}),
        }
        for file in manifest_of(tree).files
    ]


def _named_run(request: Request, name: str) -> Run:
    try:
        return queries.run(request.user, UUID(request.query_params.get(name, "")))
    except ValueError as error:
        raise Refusal(
            "run_missing", _("“%(name)s” must be the id of a run.") % {"name": name}, hint=_("Give ?a=RUN&b=RUN.")
        ) from error


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not text.isdecimal():
        raise Refusal(
            "number_expected",
            _("“%(name)s” must be a whole number of 0 or more, not “%(text)s”.") % {"name": name, "text": text},
        )
    return int(text)
