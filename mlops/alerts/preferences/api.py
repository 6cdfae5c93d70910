"""REST: one's own preferences."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.alerts.bodies import fields_of
from mlops.alerts.models import Preference
from mlops.alerts.preferences import actions
from mlops.alerts.telling.preferences import preference_of


class PreferencesView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        return Response(preference_view(preference_of(request.user)))

    @extend_schema(request=dict, responses={200: dict})
    def patch(self, request: Request) -> Response:
        """A new address gets a link that must be followed before alerts go there."""
        given = fields_of(request)
        changed = actions.change_preferences(request.user, **given)
        sent = None
        if changed.email and not changed.email_confirmed_at and "email" in given:
            sent = actions.ask_to_confirm(request.user)
        view = preference_view(changed)
        return Response(view | ({"confirmation": sent.text} if sent else {}))


def preference_view(preference: Preference) -> dict[str, Any]:
    view = {name: getattr(preference, name) for name in actions.FIELDS}
    return view | {"email_confirmed": preference.email_confirmed_at is not None}
