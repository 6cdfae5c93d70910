"""The code of a running step speaks for its own run, with the token that it has for MLflow."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from mlops.runs import step_tokens
from mlops.runs.models import Run


class OfTheStep(authentication.BaseAuthentication):
    """`request.auth` is then the run."""

    def authenticate(self, request: Request) -> tuple[User, Run] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip().startswith(step_tokens.PREFIX):
            return None
        run = step_tokens.run_of(secret.strip())
        person = run.created_by if run is not None else None
        if run is None or person is None or not person.is_active:
            raise exceptions.AuthenticationFailed(_("This token was good while a step ran, and the step has ended."))
        return person, run

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
