"""The REST routes of a project's policy: how long its bin keeps things, and which rules fill it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named, require
from mlops.bin.models import Policy
from mlops.bin.policies import checked, days_in_bin, policy_of, set_policy
from mlops.bin.rules import Candidate, apply, tried

MOST_TOLD = 200


class Wanted(serializers.Serializer[Any]):
    project = serializers.CharField()
    days_in_bin = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="null: as the server has it; 0: for ever"
    )
    keep_versions = serializers.IntegerField(required=False, default=0, help_text="of each model; 0: all")
    runs_days = serializers.IntegerField(required=False, default=0, help_text="after their end; 0: never")
    is_on = serializers.BooleanField(required=False, default=True)


class PolicyView(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        project = project_named(request.user, str(request.query_params.get("project", "")))
        return Response(told(policy_of(project)))

    @extend_schema(request=Wanted, responses=dict)
    def put(self, request: Request) -> Response:
        values = _values(request)
        project = project_named(request.user, values.pop("project"))
        return Response(told(set_policy(request.user, project, **values)))


class PolicyTry(APIView):
    """A dry run of those rules: what would go now, what stays and why, and how many bytes come free."""

    @extend_schema(request=Wanted, responses=dict)
    def post(self, request: Request) -> Response:
        values = _values(request)
        project = project_named(request.user, values.pop("project"))
        found = tried(checked(project, **values))
        return Response(
            {
                "going": [_candidate(one) for one in found.going[:MOST_TOLD]],
                "kept": [_candidate(one) for one in found.kept[:MOST_TOLD]],
                "count": len(found.going),
                "held_bytes": found.held_bytes,
                "freed_bytes": found.freed_bytes,
            }
        )


class PolicyRun(APIView):
    """Applies the rules that are set, now; they are applied every hour by themselves where they are on."""

    @extend_schema(request=Wanted, responses=dict)
    def post(self, request: Request) -> Response:
        project = project_named(request.user, _values(request)["project"])
        require(request.user, "rules.manage", project)
        return Response({"deleted": apply(policy_of(project))})


def told(policy: Policy) -> dict[str, Any]:
    return {
        "project": policy.project.slug,
        "days_in_bin": policy.days_in_bin,
        "days": days_in_bin(policy),
        "keep_versions": policy.keep_versions,
        "runs_days": policy.runs_days,
        "is_on": policy.is_on,
        "changed_at": policy.changed_at,
    }


def _candidate(one: Candidate) -> dict[str, Any]:
    return {"kind": one.kind, "title": one.title, "url": one.url, "bytes": one.bytes, "kept": one.kept}


def _values(request: Request) -> dict[str, Any]:
    reader = Wanted(data=request.data)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)
