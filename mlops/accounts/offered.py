"""What the sign-in page offers besides a name and a password, and the page after a way in that failed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mlops.access import mail
from mlops.formats.refusal import Refusal


def ways() -> dict[str, Any]:
    return {
        "oidc": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "saml": settings.SAML_NAME if settings.SAML_METADATA else "",
        "may_reset": mail.is_set_up(),
    }


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    context = ways() | {"next": settings.LOGIN_REDIRECT_URL, "problem": refusal}
    return render(request, "accounts/sign_in.html", context, status=refusal.status)
