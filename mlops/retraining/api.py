"""REST: retraining policies, their attempts, and the acts on both."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import visible_projects
from mlops.access.paging import CursorPages
from mlops.access.reading import checked
from mlops.formats.refusal import Refusal
from mlops.retraining import actions, queries
from mlops.retraining.models import Attempt
from mlops.retraining.showing import attempt_row, attempt_view, policy_view
from mlops.retraining.versions import version_named


class NewPolicy(serializers.Serializer[Any]):
    project = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(required=False, allow_blank=True, default="")
    settings = serializers.DictField(help_text="formats.retraining.RetrainingSettings")
    enabled = serializers.BooleanField(required=False, default=True)


class PolicyChange(serializers.Serializer[Any]):
    settings = serializers.DictField(required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class Start(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, default="")
    push = serializers.BooleanField(required=False, default=False, help_text="by a program: the limits hold for it")
    key = serializers.CharField(required=False, allow_blank=True, default="", help_text="the same twice is one attempt")
    fields = serializers.DictField(required=False, default=dict, help_text="such as the commit; ${{trigger.FIELD}}")  # type: ignore[assignment]


class Two(serializers.Serializer[Any]):
    challenger = serializers.CharField(help_text="`name:number`, or the number alone")
    champion = serializers.CharField(required=False, allow_blank=True, default="", help_text="else what is in use")


class PolicyReason(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class PoliciesView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """Filter with `project`, `model`, `endpoint` and `q` (part of a name)."""
        found = queries.visible_to(request.user)
        given = request.query_params
        if given.get("project"):
            found = found.filter(project__slug=given["project"])
        if given.get("model"):
            found = found.filter(settings__model=given["model"])
        if given.get("endpoint"):
            found = found.filter(settings__endpoint=given["endpoint"])
        if given.get("q"):
            found = found.filter(name__icontains=given["q"])
        pages = CursorPages()
        rows = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response([policy_view(row) for row in rows])

    @extend_schema(request=NewPolicy, responses={201: dict})
    def post(self, request: Request) -> Response:
        values = checked(NewPolicy, request)
        project = visible_projects(request.user).filter(slug=values["project"]).first()
        if project is None:
            raise Refusal("not_found", _("There is no such project, or you may not see it."), status=404)
        made = actions.create_policy(
            request.user,
            project,
            name=values["name"],
            description=values["description"],
            settings=values["settings"],
            is_enabled=values["enabled"],
        )
        return Response(policy_view(made), status=status.HTTP_201_CREATED)


class PolicyView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, policy_id: uuid.UUID) -> Response:
        return Response(policy_view(queries.policy(request.user, policy_id)))

    @extend_schema(request=PolicyChange, responses={200: dict})
    def patch(self, request: Request, policy_id: uuid.UUID) -> Response:
        policy, values = queries.policy(request.user, policy_id), checked(PolicyChange, request)
        actions.change_policy(
            request.user,
            policy,
            settings=values.get("settings", policy.settings),
            description=values.get("description"),
            reason=values["reason"],
        )
        return Response(policy_view(policy))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, policy_id: uuid.UUID) -> Response:
        actions.delete_policy(request.user, queries.policy(request.user, policy_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PolicySwitchView(APIView):
    @extend_schema(request=PolicyReason, responses={200: dict})
    def post(self, request: Request, policy_id: uuid.UUID, act: str) -> Response:
        """`act`: enable or disable."""
        policy = queries.policy(request.user, policy_id)
        reason = checked(PolicyReason, request)["reason"]
        actions.switch_policy(request.user, policy, is_enabled=act == "enable", reason=reason)
        return Response(policy_view(policy))


class AttemptsView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, policy_id: uuid.UUID) -> Response:
        pages = CursorPages()
        found = queries.attempts_of(queries.policy(request.user, policy_id))
        rows = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response([attempt_row(row) for row in rows])

    @extend_schema(request=Start, responses={201: dict})
    def post(self, request: Request, policy_id: uuid.UUID) -> Response:
        """Starts one now."""
        policy, values = queries.policy(request.user, policy_id), checked(Start, request)
        made = actions.start(
            request.user,
            policy,
            reason=values["reason"],
            is_push=values["push"],
            key=values["key"],
            fields=values["fields"],
        )
        return Response(attempt_row(made), status=status.HTTP_201_CREATED)


class ComparisonsView(APIView):
    @extend_schema(request=Two, responses={201: dict})
    def post(self, request: Request, policy_id: uuid.UUID) -> Response:
        """A dry run: what the policy says of two versions, without any effect."""
        policy, values = queries.policy(request.user, policy_id), checked(Two, request)
        name = policy.wanted.model
        made = actions.compare(
            request.user,
            policy,
            challenger=version_named(request.user, policy.project, values["challenger"], name, where="challenger"),
            champion=version_named(request.user, policy.project, values["champion"], name, where="champion")
            if values["champion"]
            else None,
        )
        return Response(attempt_row(made), status=status.HTTP_201_CREATED)


class LookedBackView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, policy_id: uuid.UUID) -> Response:
        """What the policy as it is now says of the evidence of earlier attempts."""
        found = queries.looked_back(queries.policy(request.user, policy_id))
        rows = [
            {
                "number": one.attempt.number,
                "then": {"act": one.then.act, "outcome": one.then.outcome, "reason": one.then.reason},
                "now": {"act": one.now.act, "outcome": one.now.outcome, "reason": one.now.reason},
                "differs": one.is_other,
            }
            for one in found
        ]
        return Response({"results": rows})


class AttemptView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, policy_id: uuid.UUID, number: int) -> Response:
        return Response(attempt_view(queries.attempt(queries.policy(request.user, policy_id), number)))


ACTS: dict[str, Callable[..., Attempt]] = {
    "approve": actions.approve,
    "reject": actions.reject,
    "cancel": actions.cancel,
    "retry": actions.retry,
}


class AttemptActView(APIView):
    @extend_schema(request=PolicyReason, responses={200: dict})
    def post(self, request: Request, policy_id: uuid.UUID, number: int, act: str) -> Response:
        """`act`: approve, reject, cancel or retry."""
        policy = queries.policy(request.user, policy_id)
        attempt = queries.attempt(policy, number)
        ACTS[act](request.user, attempt, reason=checked(PolicyReason, request)["reason"])
        return Response(attempt_view(queries.attempt(policy, number)))
