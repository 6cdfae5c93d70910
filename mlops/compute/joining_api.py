"""REST: tokens by which machines join, for administrators; and the exchange of one for settings."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.accounts.authentication import refuse_often_wrong
from mlops.compute import joining, queries
from mlops.compute.shaping import join_token_line
from mlops.formats.refusal import Refusal


class JoinTokenFields(serializers.Serializer[Any]):
    note = serializers.CharField(required=False, allow_blank=True, max_length=200, help_text="What it is for.")
    labels = serializers.CharField(
        required=False, allow_blank=True, max_length=1000, help_text="What the worker may be asked for: gpu,zone=a."
    )
    slots = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=joining.MOST_SLOTS,
        help_text="How many steps it runs at once; null: as many as its machine has processors.",
    )
    minutes = serializers.IntegerField(
        required=False, min_value=1, max_value=joining.MOST_MINUTES, help_text="How long it is good; 60 unless said."
    )


class JoiningFields(serializers.Serializer[Any]):
    host = serializers.CharField(max_length=150, help_text="The name of the machine that joins.")


class JoinTokensView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """Those of the last days; a secret is never told again."""
        results = [join_token_line(one) for one in queries.join_tokens(request.user)]
        return Response({"results": results, "next": None, "previous": None})

    @extend_schema(request=JoinTokenFields, responses={201: dict})
    def post(self, request: Request) -> Response:
        """A new one. `secret` is told here alone."""
        reader = JoinTokenFields(data=request.data)
        reader.is_valid(raise_exception=True)
        token, secret = joining.create_join_token(request.user, **reader.validated_data)
        answer = join_token_line(token) | {"secret": secret}
        return Response(answer, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class OneJoinTokenView(APIView):
    @extend_schema(responses={200: dict})
    def delete(self, request: Request, join_token_id: uuid.UUID) -> Response:
        """It is of no use from now on."""
        token = queries.join_token(request.user, join_token_id)
        joining.revoke_join_token(request.user, token)
        return Response(join_token_line(token))


class JoinView(APIView):
    """Of a machine that shows a join token, and nothing else."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(request=JoiningFields, responses={200: dict})
    def post(self, request: Request) -> Response:
        """The settings that a worker needs, in exchange for `Authorization: Bearer` with a join token."""
        secret = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        reader = JoiningFields(data=request.data)
        reader.is_valid(raise_exception=bool(secret))
        address = str(request.META.get("REMOTE_ADDR") or "")
        host = str(reader.validated_data.get("host", "")) if reader.is_valid() else ""
        found = joining.join(secret, host=host, address=address) if secret else None
        if found is None:
            refuse_often_wrong(request)
            raise Refusal(
                "join_token_unknown",
                _("The token is unknown, was used, or ran out."),
                hint=_("An administrator makes another one: the page Compute, or `mlops worker create-token`."),
                status=401,
            )
        return Response({"settings": found}, headers={"Cache-Control": "no-store"})
