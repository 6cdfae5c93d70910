"""REST: requests that wait for approval, and the rules that make them."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import may, project_named
from mlops.access.models import Project
from mlops.access.paging import CursorPages
from mlops.formats.refusal import Refusal, nearest
from mlops.registry.approval import deciding, queries, rules
from mlops.registry.approval.shaping import RequestView, RuleView, request_view, rule_view
from mlops.registry.models import ApprovalRule, RegisteredModel, Transition, TransitionState
from mlops.registry.queries import visible_to


class Decision(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class NewRule(serializers.Serializer[Any]):
    """Takes the place of the rule for the same stage or alias, if there is one."""

    project = serializers.CharField()
    model = serializers.CharField(required=False, allow_blank=True, default="", help_text="empty: all models")
    kind = serializers.CharField(help_text="stage or alias")
    name = serializers.CharField(help_text="the stage or alias; *: every other one")
    approvals = serializers.IntegerField(required=False, default=1)
    by = serializers.CharField(required=False, default="owner", help_text="owner or contributor")
    asker_may_approve = serializers.BooleanField(required=False, default=False)
    checks = serializers.ListField(
        required=False, default=list, help_text='such as {"kind": "metric", "name": "auc", "least": 0.8}'
    )
    expires_after_days = serializers.IntegerField(required=False, default=14)


class RequestsView(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("project", str), OpenApiParameter("state", str, description="pending, done, …")],
        responses=RequestView(many=True),
    )
    def get(self, request: Request) -> Response:
        """Those that need or needed an approval, the newest first."""
        found = queries.visible_transitions(request.user).exclude(expires_at=None)
        if slug := request.query_params.get("project", ""):
            found = found.filter(model__project=project_named(request.user, slug))
        state = request.query_params.get("state", "")
        if state == TransitionState.PENDING:
            found = queries.waiting(found)
        elif state:
            if state not in TransitionState.values:
                hint = nearest(state, TransitionState.values) or _("There are: %(values)s.") % {
                    "values": ", ".join(TransitionState.values)
                }
                raise Refusal("state_unknown", _("There is no state “%(state)s”.") % {"state": state[:60]}, hint=hint)
            found = found.filter(state=state)
        pages = CursorPages()
        pages.ordering = "-id"
        rows: list[Transition] = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response([_shown(request, one) for one in rows])


class OneRequestView(APIView):
    @extend_schema(responses=RequestView)
    def get(self, request: Request, request_id: int) -> Response:
        return Response(_shown(request, queries.visible_request(request.user, request_id)))


class ApproveView(APIView):
    @extend_schema(request=Decision, responses=RequestView)
    def post(self, request: Request, request_id: int) -> Response:
        """With the last approval that is needed it takes effect."""
        return _decided(request, request_id, deciding.approve)


class RejectView(APIView):
    @extend_schema(request=Decision, responses=RequestView)
    def post(self, request: Request, request_id: int) -> Response:
        """Needs a reason, and ends the request."""
        return _decided(request, request_id, deciding.reject)


class WithdrawView(APIView):
    @extend_schema(request=Decision, responses=RequestView)
    def post(self, request: Request, request_id: int) -> Response:
        """By whoever asked, or by an owner."""
        return _decided(request, request_id, deciding.withdraw)


class RulesView(APIView):
    @extend_schema(parameters=[OpenApiParameter("project", str)], responses=RuleView(many=True))
    def get(self, request: Request) -> Response:
        found = queries.visible_rules(request.user)
        if slug := request.query_params.get("project", ""):
            found = found.filter(project=project_named(request.user, slug))
        pages = CursorPages()
        rows: list[ApprovalRule] = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response([rule_view(one) for one in rows])

    @extend_schema(request=NewRule, responses={201: RuleView})
    def post(self, request: Request) -> Response:
        reader = NewRule(data=request.data)
        reader.is_valid(raise_exception=True)
        values = dict(reader.validated_data)
        project = project_named(request.user, values.pop("project"))
        model = _model(request, project, values.pop("model"))
        rule = rules.set_rule(request.user, project, model=model, **values)
        return Response(rule_view(rule), status=status.HTTP_201_CREATED)


class OneRuleView(APIView):
    @extend_schema(responses=RuleView)
    def get(self, request: Request, approval_rule_id: uuid.UUID) -> Response:
        return Response(rule_view(queries.visible_rule(request.user, approval_rule_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, approval_rule_id: uuid.UUID) -> Response:
        rules.remove_rule(request.user, queries.visible_rule(request.user, approval_rule_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _decided(request: Request, request_id: int, act: Any) -> Response:
    reader = Decision(data=request.data)
    reader.is_valid(raise_exception=True)
    asked = queries.visible_request(request.user, request_id)
    return Response(_shown(request, act(request.user, asked, reason=reader.validated_data["reason"])))


def _shown(request: Request, one: Transition) -> dict[str, Any]:
    is_owner = may(request.user, "own", one.model.project)
    return request_view(one, queries.standing_of(request.user, one, is_owner=is_owner))


def _model(request: Request, project: Project, name: str) -> RegisteredModel | None:
    if not name:
        return None
    known = visible_to(request.user).filter(project=project)
    found = known.filter(name=name).first()
    if found is None:
        hint = nearest(name, known.values_list("name", flat=True))
        raise Refusal("model_unknown", _("There is no model “%(name)s”.") % {"name": name[:120]}, hint=hint, status=404)
    return found
