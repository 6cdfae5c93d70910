"""REST: who am I, tokens, projects and their members."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named, visible_projects
from mlops.access.models import Project
from mlops.access.paging import CursorPages
from mlops.access.reading import checked
from mlops.accounts import actions, membership, queries
from mlops.accounts.confirming import require_recent
from mlops.accounts.models import ApiToken


class NewToken(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    scopes = serializers.CharField(
        default="all", max_length=4000, help_text="`all`, `read`, or names of actions with commas between them."
    )
    project = serializers.SlugField(required=False, allow_blank=True, default="", help_text="Good in this one alone.")
    expires_days = serializers.IntegerField(min_value=1, max_value=3660, required=False, allow_null=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class Token(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    scopes = serializers.CharField()
    project = serializers.CharField(source="project.slug", default="", help_text="Empty: good in all projects.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    secret = serializers.CharField(required=False, help_text="In the answer to its creation only.")


class NewProject(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    slug = serializers.SlugField(max_length=60, required=False, default="")
    description = serializers.CharField(required=False, allow_blank=True, default="")


class ProjectView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    description = serializers.CharField()
    created_at = serializers.DateTimeField()
    role = serializers.CharField(required=False)


class NewMember(serializers.Serializer[Any]):
    user = serializers.CharField()
    role = serializers.CharField(help_text="owner, contributor, operator, reader, or a role of people's own")
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class Member(serializers.Serializer[Any]):
    user = serializers.CharField(source="user.username")
    role = serializers.CharField(source="role_name")
    since = serializers.DateTimeField(source="created_at")


class Me(serializers.Serializer[Any]):
    name = serializers.CharField(source="username")
    is_administrator = serializers.BooleanField(source="is_superuser")
    projects = serializers.SerializerMethodField()

    def get_projects(self, user: Any) -> list[dict[str, str]]:
        roles = queries.roles_of(user)
        return [{"slug": p.slug, "name": p.name, "role": roles.get(p.pk, "")} for p in visible_projects(user)]


class MeView(APIView):
    @extend_schema(responses=Me)
    def get(self, request: Request) -> Response:
        return Response(Me(request.user).data)


class TokensView(APIView):
    @extend_schema(responses=Token(many=True))
    def get(self, request: Request) -> Response:
        pages = CursorPages()
        rows = pages.paginate_queryset(queries.tokens_of(request.user), request, view=self)
        return pages.get_paginated_response(Token(rows, many=True).data)

    @extend_schema(request=NewToken, responses={201: Token})
    def post(self, request: Request) -> Response:
        require_recent(request)
        values = checked(NewToken, request)
        days = values.get("expires_days")
        expires = timedelta(days=days) if days else values.get("expires_at")
        project = project_named(request.user, values["project"]) if values["project"] else None
        secret = actions.create_token(
            request.user, name=values["name"], scopes=values["scopes"], expires=expires, project=project
        )
        token = ApiToken.objects.get(digest=actions.digest(secret))
        return Response(dict(Token(token).data) | {"secret": secret}, status=status.HTTP_201_CREATED)


class TokenView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, token_id: uuid.UUID) -> Response:
        actions.revoke_token(request.user, token_id=token_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProjectsView(APIView):
    @extend_schema(responses=ProjectView(many=True))
    def get(self, request: Request) -> Response:
        pages = CursorPages()
        rows = pages.paginate_queryset(visible_projects(request.user), request, view=self)
        return pages.get_paginated_response(ProjectView(rows, many=True).data)

    @extend_schema(request=NewProject, responses={201: ProjectView})
    def post(self, request: Request) -> Response:
        project = membership.create_project(request.user, **checked(NewProject, request))
        return Response(_project(request, project), status=status.HTTP_201_CREATED)


class OneProjectView(APIView):
    @extend_schema(responses=ProjectView)
    def get(self, request: Request, slug: str) -> Response:
        return Response(_project(request, queries.visible_project(request.user, slug)))


class MembersView(APIView):
    @extend_schema(responses=Member(many=True))
    def get(self, request: Request, slug: str) -> Response:
        project = queries.visible_project(request.user, slug)
        return Response({"results": Member(queries.members_of(project), many=True).data})

    @extend_schema(request=NewMember, responses={201: Member})
    def post(self, request: Request, slug: str) -> Response:
        """Adds a person, or changes the person's role."""
        project = queries.visible_project(request.user, slug)
        values = checked(NewMember, request)
        membership.check_owner(request.user, project)
        person = queries.person_named(values["user"])
        member = membership.give_role(request.user, project, user=person, role=values["role"], reason=values["reason"])
        return Response(Member(member).data, status=status.HTTP_201_CREATED)


class OneMemberView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, name: str) -> Response:
        project = queries.visible_project(request.user, slug)
        membership.check_owner(request.user, project)
        person = queries.person_named(name)
        membership.remove_person(request.user, project, user=person)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _project(request: Request, project: Project) -> dict[str, Any]:
    return dict(ProjectView(project).data) | {"role": queries.role_of(request.user, project)}
