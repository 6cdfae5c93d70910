"""REST: a project's policy about files, and the names that it allows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named, require, visible_projects
from mlops.access.reading import checked
from mlops.formats.refusal import Refusal
from mlops.scans import policies, words
from mlops.scans.models import Allowance, Policy, Strictness
from mlops.scans.standing import Standing


class PolicyView(serializers.Serializer[Any]):
    """What is done about files that are not safe: `warn`, refuse `dangerous` ones, or `suspicious` ones too."""

    register = serializers.ChoiceField(choices=Strictness.choices, required=False)
    deploy = serializers.ChoiceField(choices=Strictness.choices, required=False)
    download = serializers.ChoiceField(choices=Strictness.choices, required=False)
    reason = serializers.CharField(required=False, allow_blank=True, default="", write_only=True)


class AllowanceView(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(max_length=policies.MOST_NAME, help_text="such as shop.models.Scorer")
    reason = serializers.CharField()
    created_at = serializers.DateTimeField(read_only=True)
    created_by = serializers.CharField(read_only=True)


class ScanPolicyView(APIView):
    @extend_schema(responses=PolicyView)
    def get(self, request: Request, slug: str) -> Response:
        return Response(policy_view(policies.policy_of(project_named(request.user, slug))))

    @extend_schema(request=PolicyView, responses=PolicyView)
    def patch(self, request: Request, slug: str) -> Response:
        project = project_named(request.user, slug)
        require(request.user, "rules.manage", project)
        values = checked(PolicyView, request)
        return Response(policy_view(policies.set_policy(request.user, project, **values)))


class AllowancesView(APIView):
    @extend_schema(responses=AllowanceView(many=True))
    def get(self, request: Request, slug: str) -> Response:
        project = project_named(request.user, slug)
        rows = Allowance.objects.filter(project=project).select_related("created_by")
        return Response({"results": [allowance_view(one) for one in rows]})

    @extend_schema(request=AllowanceView, responses={201: AllowanceView})
    def post(self, request: Request, slug: str) -> Response:
        project = project_named(request.user, slug)
        require(request.user, "rules.manage", project)
        values = checked(AllowanceView, request)
        return Response(allowance_view(policies.allow(request.user, project, **values)), status=status.HTTP_201_CREATED)


class OneAllowanceView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, allowance_id: int) -> Response:
        policies.forbid(request.user, visible_allowance(request.user, allowance_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def visible_allowance(user: Any, allowance_id: int) -> Allowance:
    found = Allowance.objects.filter(pk=allowance_id, project__in=visible_projects(user)).select_related("project")
    if (one := found.first()) is None:
        raise Refusal("not_found", _("There is no such allowance, or you may not see it."), status=404)
    return one


def policy_view(policy: Policy) -> dict[str, Any]:
    return {place: getattr(policy, place) for place in policies.PLACES}


def allowance_view(one: Allowance) -> dict[str, Any]:
    by = one.created_by.get_username() if one.created_by else ""
    return {"id": one.pk, "name": one.name, "reason": one.reason, "created_at": one.created_at, "created_by": by}


def standing_view(standing: Standing) -> dict[str, Any]:
    return {
        "verdict": standing.level,
        "label": words.label(standing.level),
        "meaning": words.meaning(standing.level),
        "remedy": words.remedy(standing.level),
        "waiting": standing.waiting,
        "waiting_since": standing.waiting_since,
        "files": [
            {
                "path": file.path,
                "verdict": file.level,
                "findings": [
                    {"verdict": one.verdict, "what": one.what, "why": one.why, "inside": one.inside}
                    for one in file.findings
                ],
                "allowed": list(file.allowed),
            }
            for file in standing.files
        ],
    }
