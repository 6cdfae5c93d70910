"""REST: grants on single things, and what others share with whoever asks."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.models import Grant
from mlops.access.reading import checked
from mlops.accounts import sharing


class GrantView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    person = serializers.CharField(help_text="Or a service account; empty: it is of a group.")
    group = serializers.CharField()
    role = serializers.CharField(help_text="reader or operator, of this thing alone")
    expires_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()


class NewGrant(serializers.Serializer[Any]):
    person = serializers.CharField(required=False, allow_blank=True, default="", max_length=150)
    group = serializers.CharField(required=False, allow_blank=True, default="", max_length=150)
    role = serializers.CharField(required=False, default="reader", max_length=20)
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class SharedView(serializers.Serializer[Any]):
    kind = serializers.CharField()
    id = serializers.UUIDField()
    name = serializers.CharField()
    project = serializers.CharField()
    role = serializers.CharField()
    by_group = serializers.CharField(help_text="The group by which it is shared; empty: with the person.")
    expires_at = serializers.DateTimeField(allow_null=True)
    shared_by = serializers.CharField()


class GrantsView(APIView):
    """`noun`: models, endpoints and so on; `thing_id`: its id."""

    @extend_schema(responses=GrantView(many=True))
    def get(self, request: Request, noun: str, thing_id: uuid.UUID) -> Response:
        thing = sharing.shared_thing(request.user, noun, thing_id)
        return Response({"results": [_shape(one) for one in sharing.grants_on(thing)]})

    @extend_schema(request=NewGrant, responses={201: GrantView})
    def post(self, request: Request, noun: str, thing_id: uuid.UUID) -> Response:
        """Gives a person or a group this much of the thing, instead of what they were given before."""
        thing = sharing.shared_thing(request.user, noun, thing_id)
        values = checked(NewGrant, request)
        grant = sharing.share(
            request.user,
            thing,
            holder=sharing.holder_named(values["person"], values["group"]),
            level=values["role"],
            expires=values["expires_at"],
            reason=values["reason"],
        )
        return Response(_shape(grant), status=status.HTTP_201_CREATED)


class OneGrantView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, grant_id: uuid.UUID) -> Response:
        """`?reason=` is kept with it."""
        reason = str(request.query_params.get("reason", ""))
        sharing.unshare(request.user, sharing.grant_by_id(request.user, grant_id), reason=reason)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SharedWithMe(APIView):
    @extend_schema(responses=SharedView(many=True))
    def get(self, request: Request) -> Response:
        """Single things of projects, which others share with whoever asks."""
        rows = [
            {
                "kind": kind.noun,
                "id": thing.pk,
                "name": str(thing),
                "project": thing.project.slug,
                "role": grant.level,
                "by_group": grant.group.name if grant.group else "",
                "expires_at": grant.expires_at,
                "shared_by": grant.created_by.get_username() if grant.created_by else "",
            }
            for grant, kind, thing in sharing.shared_with(request.user)
        ]
        return Response({"results": rows})


def _shape(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.pk,
        "person": grant.user.get_username() if grant.user else "",
        "group": grant.group.name if grant.group else "",
        "role": grant.level,
        "expires_at": grant.expires_at,
        "created_at": grant.created_at,
        "created_by": grant.created_by.get_username() if grant.created_by else "",
    }
