"""REST: quotas of people, for what they made in all projects together."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import require_administrator
from mlops.formats.refusal import Refusal
from mlops.quotas import actions, queries
from mlops.quotas.api import given_in


class PeopleQuotasView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """What holds for everybody (`defaults`; null: no limit), and each person who has something that is counted."""
        people = [_told(person, lines) for person, lines in queries.all_people_lines(request.user)]
        return Response({"defaults": queries.person_defaults(), "people": people})

    @extend_schema(request=dict, responses={200: dict})
    def patch(self, request: Request) -> Response:
        """For people without quotas of their own: of each kind a whole number or `unlimited`."""
        actions.set_person_quotas(request.user, None, given_in(request))
        return self.get(request)


class PersonQuotasView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, name: str) -> Response:
        person = _person(request, name)
        return Response(_told(person, queries.lines_of_person(person)))

    @extend_schema(request=dict, responses={200: dict})
    def patch(self, request: Request, name: str) -> Response:
        """Of each kind a whole number, `unlimited`, or `default`: as everybody."""
        actions.set_person_quotas(request.user, _person(request, name), given_in(request))
        return self.get(request, name)


class OwnQuotasView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """What whoever asks may have, and has."""
        return Response(_told(request.user, queries.lines_of_person(request.user)))


def _person(request: Request, name: str) -> User:
    require_administrator(request.user, _("Only an administrator may see the quotas of all people."))
    return person_with_quotas(name)


def person_with_quotas(name: str) -> User:
    """Or a service account. Raises Refusal `person_unknown`."""
    found = User.objects.filter(username__iexact=name.strip()).first()
    if found is None:
        message = _("There is no person “%(name)s” on this server.") % {"name": name.strip()[:150]}
        raise Refusal("person_unknown", message, status=404)
    return found


def _told(person: Any, lines: list[queries.Line]) -> dict[str, Any]:
    return {
        "person": person.get_username(),
        "quotas": {one.kind: {"used": one.used, "most": one.most, "is_own": one.is_own} for one in lines},
    }
