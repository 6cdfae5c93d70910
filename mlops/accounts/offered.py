"""What the sign-in page offers besides a name and a password."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from mlops.access import mail


def ways() -> dict[str, Any]:
    return {
        "oidc": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "saml": settings.SAML_NAME if settings.SAML_METADATA else "",
        "may_reset": mail.is_set_up(),
    }
