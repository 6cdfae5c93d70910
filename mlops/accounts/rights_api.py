"""REST: the actions there are, roles, what a person may do in a project and why, and groups with their roles."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import Group
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.catalogue import ACTIONS, SERVER_ACTIONS
from mlops.access.decisions import require, require_administrator
from mlops.access.models import CustomRole
from mlops.access.reading import checked
from mlops.accounts import explaining, groups, queries, roles


class ActionView(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    help = serializers.CharField()
    of_server = serializers.BooleanField(help_text="For tokens alone: roles are of projects.")


class RoleView(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True, help_text="Null for a built-in role.")
    name = serializers.CharField()
    description = serializers.CharField()
    project = serializers.CharField(help_text="Empty: of the whole server.")
    actions = serializers.ListField(child=serializers.CharField())


class NewRole(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)
    actions = serializers.ListField(child=serializers.CharField(max_length=60), max_length=200)
    description = serializers.CharField(required=False, allow_blank=True, default="")
    project = serializers.SlugField(required=False, allow_blank=True, default="", help_text="Empty: of the server.")
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class ChangedRole(serializers.Serializer[Any]):
    actions = serializers.ListField(child=serializers.CharField(max_length=60), max_length=200, required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class Allowed(serializers.Serializer[Any]):
    action = serializers.CharField()
    by = serializers.ListField(child=serializers.CharField(), help_text="What gives it; empty: not allowed.")


class GroupView(serializers.Serializer[Any]):
    name = serializers.CharField()
    people = serializers.ListField(child=serializers.CharField())


class Named(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150)


class GroupHolding(serializers.Serializer[Any]):
    group = serializers.CharField(source="group.name")
    role = serializers.CharField(source="role_name")
    since = serializers.DateTimeField(source="created_at")


class NewGroupRole(serializers.Serializer[Any]):
    group = serializers.CharField(max_length=150)
    role = serializers.CharField(max_length=60)
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class ActionsView(APIView):
    @extend_schema(responses=ActionView(many=True))
    def get(self, request: Request) -> Response:
        found = [(one, False) for one in ACTIONS] + [(one, True) for one in SERVER_ACTIONS]
        rows = [
            {"name": one.name, "title": str(one.title), "help": str(one.help), "of_server": of_server}
            for one, of_server in found
        ]
        return Response({"results": rows})


class RolesView(APIView):
    @extend_schema(responses=RoleView(many=True))
    def get(self, request: Request) -> Response:
        slug = request.query_params.get("project", "")
        project = queries.visible_project(request.user, slug) if slug else None
        built_in = [
            {"id": None, "name": name, "description": title, "project": "", "actions": sorted(actions)}
            for name, title, actions in roles.built_in()
        ]
        return Response({"results": built_in + [_shape(one) for one in roles.roles_for(project)]})

    @extend_schema(request=NewRole, responses={201: RoleView})
    def post(self, request: Request) -> Response:
        values = checked(NewRole, request)
        slug = values.pop("project")
        project = queries.visible_project(request.user, slug) if slug else None
        made = roles.create_role(request.user, project, **values)
        return Response(_shape(made), status=status.HTTP_201_CREATED)


class OneRoleView(APIView):
    @extend_schema(responses=RoleView)
    def get(self, request: Request, role_id: uuid.UUID) -> Response:
        return Response(_shape(roles.role_by_id(request.user, role_id)))

    @extend_schema(request=ChangedRole, responses=RoleView)
    def patch(self, request: Request, role_id: uuid.UUID) -> Response:
        role = roles.role_by_id(request.user, role_id)
        return Response(_shape(roles.edit_role(request.user, role, **checked(ChangedRole, request))))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, role_id: uuid.UUID) -> Response:
        roles.delete_role(request.user, roles.role_by_id(request.user, role_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RightsView(APIView):
    @extend_schema(responses=Allowed(many=True))
    def get(self, request: Request, slug: str, whom: str) -> Response:
        """What a person may do in the project, action by action, and which roles give it."""
        project = queries.visible_project(request.user, slug)
        if whom != request.user.get_username():
            require(request.user, "people.manage", project)
        found = explaining.rights(queries.person_named(whom), project)
        return Response({"results": [{"action": one.action.name, "by": one.by} for one in found]})


class GroupsView(APIView):
    @extend_schema(responses=GroupView(many=True))
    def get(self, request: Request) -> Response:
        _administrators_only(request)
        return Response({"results": [_group(one) for one in groups.groups()]})

    @extend_schema(request=Named, responses={201: GroupView})
    def post(self, request: Request) -> Response:
        made = groups.create_group(request.user, **checked(Named, request))
        return Response(_group(made), status=status.HTTP_201_CREATED)


class OneGroupView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, group: str) -> Response:
        _administrators_only(request)
        groups.delete_group(request.user, groups.group_named(group))
        return Response(status=status.HTTP_204_NO_CONTENT)


class GroupPeopleView(APIView):
    @extend_schema(request=Named, responses={201: GroupView})
    def post(self, request: Request, group: str) -> Response:
        _administrators_only(request)
        found = groups.group_named(group)
        groups.add_person(request.user, found, user=queries.person_named(checked(Named, request)["name"]))
        return Response(_group(found), status=status.HTTP_201_CREATED)


class GroupPersonView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, group: str, name: str) -> Response:
        _administrators_only(request)
        groups.remove_person(request.user, groups.group_named(group), user=queries.person_named(name))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProjectGroupsView(APIView):
    @extend_schema(responses=GroupHolding(many=True))
    def get(self, request: Request, slug: str) -> Response:
        project = queries.visible_project(request.user, slug)
        return Response({"results": GroupHolding(groups.roles_of_groups(project), many=True).data})

    @extend_schema(request=NewGroupRole, responses={201: GroupHolding})
    def post(self, request: Request, slug: str) -> Response:
        project = queries.visible_project(request.user, slug)
        require(request.user, "people.manage", project)
        values = checked(NewGroupRole, request)
        group = groups.group_named(values.pop("group"))
        held = groups.give_group_role(request.user, project, group=group, **values)
        return Response(GroupHolding(held).data, status=status.HTTP_201_CREATED)


class ProjectGroupView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, group: str) -> Response:
        project = queries.visible_project(request.user, slug)
        require(request.user, "people.manage", project)
        groups.remove_group(request.user, project, group=groups.group_named(group))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _shape(role: CustomRole) -> dict[str, Any]:
    slug = role.project.slug if role.project else ""
    return {
        "id": role.pk, "name": role.name, "description": role.description, "project": slug, "actions": role.actions
    }  # fmt: skip


def _group(group: Group) -> dict[str, Any]:
    return {"name": group.name, "people": sorted(one.get_username() for one in group.user_set.all())}


def _administrators_only(request: Request) -> None:
    hint = _("In a project, its groups are listed with its people.")
    require_administrator(request.user, _("Only an administrator may see the groups of this server."), hint)
