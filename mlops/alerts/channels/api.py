"""REST: channels. What is secret in them goes in and never comes out."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named
from mlops.alerts.channels import actions
from mlops.alerts.channels.kinds import KINDS
from mlops.alerts.inbox import queries
from mlops.alerts.models import Channel
from mlops.formats.refusal import Refusal, Where


class NewChannel(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.CharField(help_text=", ".join(KINDS))
    options = serializers.DictField(child=serializers.CharField(allow_blank=True))
    project = serializers.CharField(required=False, default="", allow_blank=True, help_text="a project's slug")
    scope = serializers.ChoiceField(choices=("project", "person", "server"), default="project")


class ChangedChannel(serializers.Serializer[Any]):
    name = serializers.CharField(required=False)
    options = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)
    enabled = serializers.BooleanField(required=False)


class ChannelsView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        slug = request.query_params.get("project", "")
        project = project_named(request.user, slug) if slug else None
        rows = [channel_view(one) for one in queries.channels(request.user, project)]
        return Response({"results": rows, "next": None, "previous": None})

    @extend_schema(request=NewChannel, responses={201: dict})
    def post(self, request: Request) -> Response:
        reader = NewChannel(data=request.data)
        reader.is_valid(raise_exception=True)
        given = reader.validated_data
        if given["scope"] == "project" and not given["project"]:
            hint = _("Give `project`, or the scope `person` or `server`.")
            raise Refusal("project_missing", _("Say of which project."), hint=hint, where=Where(parameter="project"))
        is_of_project = given["scope"] == "project"
        made = actions.create_channel(
            request.user,
            name=given["name"],
            kind_name=given["kind"],
            options=given["options"],
            project=project_named(request.user, given["project"]) if is_of_project else None,
            is_personal=given["scope"] == "person",
        )
        return Response(channel_view(made), status=status.HTTP_201_CREATED)


class OneChannelView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, channel_id: uuid.UUID) -> Response:
        return Response(channel_view(queries.channel(request.user, channel_id)))

    @extend_schema(request=ChangedChannel, responses={200: dict})
    def patch(self, request: Request, channel_id: uuid.UUID) -> Response:
        channel = queries.channel(request.user, channel_id)
        actions.require_may_change(request.user, channel)
        reader = ChangedChannel(data=request.data)
        reader.is_valid(raise_exception=True)
        given = reader.validated_data
        if "name" in given or "options" in given:
            kept = {name: value for name, value in channel.options.items() if name != "shown"}
            options = {**kept, **given.get("options", {})}
            actions.update_channel(request.user, channel, name=given.get("name", channel.name), options=options)
        if "enabled" in given:
            actions.enable_channel(request.user, channel, is_enabled=given["enabled"])
        return Response(channel_view(channel))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, channel_id: uuid.UUID) -> Response:
        actions.delete_channel(request.user, queries.channel(request.user, channel_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ChannelTestView(APIView):
    @extend_schema(request=None, responses={200: dict})
    def post(self, request: Request, channel_id: uuid.UUID) -> Response:
        """Sends a message now, and gives back what the other side answered."""
        sent = actions.try_channel(request.user, queries.channel(request.user, channel_id))
        return Response({"ok": sent.is_ok, "answer": sent.text})


def channel_view(channel: Channel) -> dict[str, Any]:
    scope = "project" if channel.project_id else "person" if channel.person_id else "server"
    return {
        "id": channel.pk, "name": channel.name, "kind": channel.kind, "scope": scope,
        "project": channel.project.slug if channel.project else None, "leads_to": channel.options.get("shown", ""),
        "enabled": channel.is_enabled, "last_sent_at": channel.last_sent_at, "trouble": channel.trouble,
        "trouble_since": channel.trouble_since, "created_at": channel.created_at,
    }  # fmt: skip
