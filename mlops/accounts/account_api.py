"""REST: one's own sessions, and one's own second factor. Secrets are never in the answers."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.limits import require_unlimited
from mlops.access.models import ServiceAccount
from mlops.accounts import sessions
from mlops.accounts.confirming import require_recent
from mlops.accounts.factors import actions, passkeys, rules
from mlops.formats.refusal import Refusal


class SessionView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    browser = serializers.CharField(source="agent", help_text="As it calls itself.")
    address = serializers.CharField()
    by = serializers.CharField(help_text="How the person signed in: password, link, oidc and so on.")
    began_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField()
    is_this = serializers.BooleanField(help_text="The session that asks.")


class EndedView(serializers.Serializer[Any]):
    ended = serializers.IntegerField()


class PasskeyView(serializers.Serializer[Any]):
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class FactorView(serializers.Serializer[Any]):
    has_app = serializers.BooleanField(help_text="An authenticator app.")
    passkeys = PasskeyView(many=True)
    is_set_up = serializers.BooleanField()
    is_required = serializers.BooleanField(help_text="By the rule of this server.")
    recovery_codes_left = serializers.IntegerField()


class SessionsView(APIView):
    @extend_schema(responses=SessionView(many=True))
    def get(self, request: Request) -> Response:
        """Where one is signed in, the latest first."""
        rows = sessions.sessions_of(_person(request))
        here = request.session.session_key
        for row in rows:
            row.is_this = row.session_key == here  # type: ignore[attr-defined]
        return Response({"results": SessionView(rows, many=True).data})


class OneSessionView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, session_id: uuid.UUID) -> Response:
        sessions.end(_person(request), session_id=session_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class EndOthersView(APIView):
    @extend_schema(request=None, responses=EndedView)
    def post(self, request: Request) -> Response:
        """All but the one that asks; asked by a token, all."""
        person = _person(request)
        return Response({"ended": sessions.end_others(person, person=person, but=request.session.session_key)})


class OwnFactorView(APIView):
    @extend_schema(responses=FactorView)
    def get(self, request: Request) -> Response:
        return Response(factor_of(_person(request)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Removes it, where the rule of this server lets one."""
        person = _person(request)
        require_recent(request)
        actions.remove(person, person=person)
        return Response(status=status.HTTP_204_NO_CONTENT)


def factor_of(person: User) -> dict[str, Any]:
    has_factor = rules.has_factor(person)
    keys = passkeys.passkeys_of(person)
    return {
        "has_app": rules.has_app(person),
        "passkeys": [
            {"name": one.data["name"], "created_at": one.created_at, "last_used_at": one.last_used_at} for one in keys
        ],
        "is_set_up": has_factor,
        "is_required": rules.is_required(person),
        "recovery_codes_left": actions.codes_left(person) if has_factor else 0,
    }


def _person(request: Request) -> User:
    """Raises Refusal `scope_too_narrow`, and `no_person` for programs."""
    person = request.user
    assert isinstance(person, User)
    require_unlimited(person, "account.manage")
    if ServiceAccount.objects.filter(user=person).exists():
        hint = _("It works by tokens alone.")
        raise Refusal("no_person", _("A service account does not sign in."), hint=hint, status=403)
    return person
