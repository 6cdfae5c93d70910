"""REST: invitations of a project (`?project=`) or of the server. A link is in the answer that made it, where it was
not mailed, and in none later."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named
from mlops.access.paging import CursorPages
from mlops.access.reading import checked
from mlops.accounts import invitations, inviting
from mlops.accounts.confirming import require_recent
from mlops.accounts.models import Invitation


class InvitationView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.CharField()
    project = serializers.CharField(source="project.slug", default="", help_text="Empty: to the server.")
    role = serializers.CharField()
    state = serializers.SerializerMethodField()
    invited_by = serializers.CharField(source="invited_by.username")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    mailed_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    accepted_by = serializers.CharField(source="accepted_by.username", default="")
    link = serializers.CharField(required=False, help_text="In the answer that made it only, and not where mailed.")

    def get_state(self, one: Invitation) -> str:
        """open, accepted, withdrawn or expired"""
        if one.accepted_at:
            return "accepted"
        if one.revoked_at:
            return "withdrawn"
        return "open" if one.expires_at > timezone.now() else "expired"


class NewInvitation(serializers.Serializer[Any]):
    project = serializers.SlugField(required=False, allow_blank=True, default="", help_text="Empty: to the server.")
    email = serializers.CharField(required=False, allow_blank=True, default="", max_length=254)
    role = serializers.CharField(required=False, default="reader", max_length=60)
    days = serializers.IntegerField(required=False, default=7)


class Renewed(serializers.Serializer[Any]):
    days = serializers.IntegerField(required=False, default=7)


class InvitationsView(APIView):
    @extend_schema(responses=InvitationView(many=True))
    def get(self, request: Request) -> Response:
        slug = request.query_params.get("project", "")
        project = project_named(request.user, slug) if slug else None
        pages = CursorPages()
        found = invitations.invitations_of(request.user, project).select_related("project", "invited_by", "accepted_by")
        return pages.get_paginated_response(
            InvitationView(pages.paginate_queryset(found, request, view=self), many=True).data
        )

    @extend_schema(request=NewInvitation, responses={201: InvitationView})
    def post(self, request: Request) -> Response:
        """Mailed where there is an address and a mail server; else the link is in the answer, this once."""
        values = checked(NewInvitation, request)
        slug = values.pop("project")
        project = project_named(request.user, slug) if slug else None
        invitations.invitations_of(request.user, project)
        require_recent(request)
        made, secret = invitations.invite(request.user, project=project, **values)
        return Response(_handed_over(request, made, secret), status=status.HTTP_201_CREATED)


class OneInvitationView(APIView):
    @extend_schema(responses=InvitationView)
    def get(self, request: Request, invitation_id: uuid.UUID) -> Response:
        return Response(InvitationView(invitations.any_of(request.user, invitation_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, invitation_id: uuid.UUID) -> Response:
        """Withdraws it: its link works no more."""
        invitations.revoke(request.user, invitations.any_of(request.user, invitation_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ResendView(APIView):
    @extend_schema(request=Renewed, responses=InvitationView)
    def post(self, request: Request, invitation_id: uuid.UUID) -> Response:
        """A new link in place of the old one, mailed or in the answer."""
        one = invitations.any_of(request.user, invitation_id)
        require_recent(request)
        secret = invitations.renew(request.user, one, **checked(Renewed, request))
        return Response(_handed_over(request, one, secret))


def _handed_over(request: Request, one: Invitation, secret: str) -> dict[str, Any]:
    """Raises no refusal where the mail fails: the link is in the answer then, with the reason beside it."""
    handed = inviting.hand_over(request.user, one, secret)
    one.refresh_from_db()
    shown = dict(InvitationView(one).data)
    if handed.link:
        shown["link"] = handed.link
    if handed.problem is not None:
        shown["warning"] = f"{handed.problem.message} {handed.problem.hint}".strip()
    return shown
