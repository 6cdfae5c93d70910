"""REST for administrators: people, their rank, sessions and second factors, and who has to wait."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import require_administrator
from mlops.access.origins import link_to
from mlops.access.paging import CursorPages
from mlops.access.reading import Reason, checked
from mlops.accounts import actions, leaving, lockout, sessions, standing
from mlops.accounts.account_api import EndedView
from mlops.accounts.confirming import require_recent
from mlops.accounts.factors import actions as factors
from mlops.accounts.factors import requiring, rules


class ByJoining(CursorPages):
    ordering = ("-date_joined", "-pk")


class PersonView(serializers.Serializer[Any]):
    name = serializers.CharField(source="username")
    is_administrator = serializers.BooleanField(source="is_superuser")
    is_active = serializers.BooleanField()
    has_second_factor = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="date_joined")
    last_signed_in_at = serializers.DateTimeField(source="last_login", allow_null=True)

    def get_has_second_factor(self, person: User) -> bool:
        known = self.context.get("with_factor")
        return person.pk in known if known is not None else rules.has_factor(person)


class NewPerson(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150)
    administrator = serializers.BooleanField(required=False, default=False)


class ChangedPerson(serializers.Serializer[Any]):
    administrator = serializers.BooleanField()
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class LinkView(serializers.Serializer[Any]):
    link = serializers.CharField(help_text="Signs the person in once, within 24 hours; shown this once.")


class HeldView(serializers.Serializer[Any]):
    kind = serializers.CharField()
    names = serializers.ListField(child=serializers.CharField())
    what = serializers.CharField()
    outcome = serializers.CharField(help_text="What becomes of them.")


class WaitView(serializers.Serializer[Any]):
    name = serializers.CharField(source="username", help_text="As it was typed.")
    address = serializers.CharField(source="ip_address", allow_null=True)
    attempts = serializers.IntegerField(source="failures_since_start")
    since = serializers.DateTimeField(source="attempt_time")
    until = serializers.DateTimeField()


class FactorRuleView(serializers.Serializer[Any]):
    whom = serializers.ChoiceField(choices=requiring.RULES)
    grace_days = serializers.IntegerField(min_value=0, max_value=requiring.MOST_DAYS, default=14)
    since = serializers.DateTimeField(read_only=True, allow_null=True, help_text="From when the grace counts.")
    is_fixed = serializers.BooleanField(read_only=True, help_text="By MLOPS_SECOND_FACTOR.")
    lacking = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Who must have one, and has none yet."
    )


class NewFactorRule(serializers.Serializer[Any]):
    whom = serializers.ChoiceField(choices=requiring.RULES)
    grace_days = serializers.IntegerField(min_value=0, max_value=requiring.MOST_DAYS, default=14)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class FreedView(serializers.Serializer[Any]):
    freed = serializers.IntegerField()


class PeopleView(APIView):
    @extend_schema(responses=PersonView(many=True))
    def get(self, request: Request) -> Response:
        _administrators_only(request)
        pages = ByJoining()
        rows: Any = pages.paginate_queryset(standing.people(), request, view=self)
        context = {"with_factor": rules.with_factor()}
        return pages.get_paginated_response(PersonView(rows, many=True, context=context).data)

    @extend_schema(request=NewPerson, responses={201: PersonView})
    def post(self, request: Request) -> Response:
        """An account without a password; its first sign-in is by a link (see `sign-in-link`)."""
        require_recent(request)
        made = actions.create_person(request.user, **checked(NewPerson, request))
        return Response(PersonView(made).data, status=status.HTTP_201_CREATED)


class OnePersonView(APIView):
    @extend_schema(responses=PersonView)
    def get(self, request: Request, name: str) -> Response:
        return Response(PersonView(_named(request, name)).data)

    @extend_schema(request=ChangedPerson, responses=PersonView)
    def patch(self, request: Request, name: str) -> Response:
        person = _changed(request, name)
        return Response(PersonView(standing.change_rank(request.user, person, **checked(ChangedPerson, request))).data)


class DepartureView(APIView):
    @extend_schema(responses=HeldView(many=True))
    def get(self, request: Request, name: str) -> Response:
        """What would become of what hangs on the account, were it deactivated now."""
        return _held(leaving.held_by(_named(request, name)))


class DeactivateView(APIView):
    @extend_schema(request=Reason, responses=HeldView(many=True))
    def post(self, request: Request, name: str) -> Response:
        """The answer is what became of what hung on the account."""
        person = _changed(request, name)
        return _held(standing.deactivate(request.user, person, **checked(Reason, request)))


class ActivateView(APIView):
    @extend_schema(request=Reason, responses=PersonView)
    def post(self, request: Request, name: str) -> Response:
        person = _changed(request, name)
        return Response(PersonView(standing.activate(request.user, person, **checked(Reason, request))).data)


class SignInLinkView(APIView):
    @extend_schema(request=None, responses={201: LinkView})
    def post(self, request: Request, name: str) -> Response:
        token = standing.hand_link(request.user, _changed(request, name))
        link = link_to(reverse("accounts:link", args=[token]))
        return Response({"link": link}, status=status.HTTP_201_CREATED)


class EndSessionsView(APIView):
    @extend_schema(request=None, responses=EndedView)
    def post(self, request: Request, name: str) -> Response:
        person = _changed(request, name)
        but = request.session.session_key if person == request.user else None
        return Response({"ended": sessions.end_others(request.user, person=person, but=but)})


class RemoveFactorView(APIView):
    @extend_schema(request=Reason, responses={204: None})
    def post(self, request: Request, name: str) -> Response:
        """For somebody who lost phone and recovery codes."""
        factors.remove(request.user, person=_changed(request, name), **checked(Reason, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class FactorRuleOfServerView(APIView):
    @extend_schema(responses=FactorRuleView)
    def get(self, request: Request) -> Response:
        """Of whom this server requires a second factor."""
        _administrators_only(request)
        return _factor_rule()

    @extend_schema(request=NewFactorRule, responses=FactorRuleView)
    def put(self, request: Request) -> Response:
        _administrators_only(request)
        require_recent(request)
        requiring.require_of(request.user, **checked(NewFactorRule, request))
        return _factor_rule()


class WaitsView(APIView):
    @extend_schema(responses=WaitView(many=True))
    def get(self, request: Request) -> Response:
        """Who was wrong too often, and has to wait."""
        _administrators_only(request)
        return Response({"results": WaitView(lockout.locked_names(), many=True).data})


class OneWaitView(APIView):
    @extend_schema(responses=FreedView)
    def delete(self, request: Request, name: str) -> Response:
        """Lets the name try again from everywhere."""
        return Response({"freed": lockout.free(request.user, name=name)})


def _administrators_only(request: Request) -> None:
    hint = _("In a project, its people are listed under “Projects”.")
    require_administrator(request.user, _("Only an administrator may see the people of this server."), hint)


def _named(request: Request, name: str) -> User:
    _administrators_only(request)
    return standing.anybody_named(name)


def _changed(request: Request, name: str) -> User:
    """For acts that change somebody: who asks showed a moment ago who they are."""
    person = _named(request, name)
    require_recent(request)
    return person


def _factor_rule() -> Response:
    now = requiring.rule()
    lacking = [one.get_username() for one in requiring.who_lacks(now)]
    return Response(FactorRuleView(now._asdict() | {"lacking": lacking}).data)


def _held(held: list[leaving.Held]) -> Response:
    return Response({"results": [one._asdict() for one in held]})
