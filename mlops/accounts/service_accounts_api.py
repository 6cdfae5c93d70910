"""REST: service accounts of a project, and their tokens."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import require
from mlops.access.models import Project, ServiceAccount
from mlops.access.reading import checked
from mlops.accounts import queries, service_accounts
from mlops.accounts.api import NewToken, Token
from mlops.accounts.models import ApiToken
from mlops.accounts.secret import digest


class NewAccount(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)
    role = serializers.CharField(max_length=60, default="operator")
    description = serializers.CharField(required=False, allow_blank=True, default="")
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class NewRole(serializers.Serializer[Any]):
    role = serializers.CharField(max_length=60)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class AccountView(serializers.Serializer[Any]):
    name = serializers.CharField()
    username = serializers.CharField(source="user.username", help_text="As events and lists name it.")
    role = serializers.SerializerMethodField()
    description = serializers.CharField()
    created_at = serializers.DateTimeField()

    def get_role(self, account: ServiceAccount) -> str:
        held = self.context["roles"].get(account.user_id)
        return held.role_name if held else ""


class AccountsView(APIView):
    @extend_schema(responses=AccountView(many=True))
    def get(self, request: Request, slug: str) -> Response:
        project = queries.visible_project(request.user, slug)
        found = service_accounts.service_accounts(project)
        return Response({"results": AccountView(found, many=True, context=_roles(project)).data})

    @extend_schema(request=NewAccount, responses={201: AccountView})
    def post(self, request: Request, slug: str) -> Response:
        project = queries.visible_project(request.user, slug)
        values = checked(NewAccount, request)
        made = service_accounts.create_service_account(request.user, project, **values)
        return Response(AccountView(made, context=_roles(project)).data, status=status.HTTP_201_CREATED)


class OneAccountView(APIView):
    @extend_schema(responses=AccountView)
    def get(self, request: Request, slug: str, account: str) -> Response:
        found = _account(request, slug, account)
        return Response(AccountView(found, context=_roles(found.project)).data)

    @extend_schema(request=NewRole, responses=AccountView)
    def patch(self, request: Request, slug: str, account: str) -> Response:
        found = _account(request, slug, account, "accounts.manage")
        changed = service_accounts.change_role(request.user, found, **checked(NewRole, request))
        return Response(AccountView(changed, context=_roles(changed.project)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, account: str) -> Response:
        service_accounts.remove_service_account(request.user, _account(request, slug, account, "accounts.manage"))
        return Response(status=status.HTTP_204_NO_CONTENT)


class AccountTokensView(APIView):
    @extend_schema(responses=Token(many=True))
    def get(self, request: Request, slug: str, account: str) -> Response:
        found = service_accounts.tokens_of(_account(request, slug, account, "accounts.manage"))
        return Response({"results": Token(found, many=True).data})

    @extend_schema(request=NewToken, responses={201: Token})
    def post(self, request: Request, slug: str, account: str) -> Response:
        found = _account(request, slug, account, "accounts.manage")
        values = checked(NewToken, request)
        days = values.get("expires_days")
        expires = timedelta(days=days) if days else values.get("expires_at")
        secret = service_accounts.create_token(
            request.user, found, name=values["name"], scopes=values["scopes"], expires=expires
        )
        made = ApiToken.objects.select_related("project").get(digest=digest(secret))
        return Response(dict(Token(made).data) | {"secret": secret}, status=status.HTTP_201_CREATED)


class AccountTokenView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, account: str, token_id: uuid.UUID) -> Response:
        found = _account(request, slug, account, "accounts.manage")
        service_accounts.revoke_token(request.user, found, token_id=token_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _account(request: Request, slug: str, name: str, action: str = "read") -> ServiceAccount:
    project = queries.visible_project(request.user, slug)
    require(request.user, action, project)
    return service_accounts.service_account(project, name)


def _roles(project: Project) -> dict[str, Any]:
    return {"roles": service_accounts.roles_in(project)}
