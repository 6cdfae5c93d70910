"""REST: which targets there are, and whether each can be used from here."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.deployments.targets import TARGETS, target


class TargetView(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="for the setting `target` of a deployment")
    is_usable = serializers.BooleanField()
    reason = serializers.CharField(help_text="why it cannot be used")
    hint = serializers.CharField(help_text="what would help")
    is_scaled_here = serializers.BooleanField(help_text="false: it follows the load by means of its own")


class TargetsView(APIView):
    @extend_schema(responses=TargetView(many=True))
    def get(self, request: Request) -> Response:
        """With its usual options; an engine or cluster of one's own is checked when a deployment names it."""
        return Response({"results": [target_view(name) for name in TARGETS], "next": None, "previous": None})


def target_view(name: str) -> dict[str, Any]:
    kind = target(name)
    found = kind.available({})
    return {
        "name": name,
        "is_usable": found.is_usable,
        "reason": found.reason,
        "hint": found.hint,
        "is_scaled_here": kind.is_scaled_here,
    }
