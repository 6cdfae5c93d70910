"""Secrets in the database, sealed with a key that is derived from the secret key: a backup alone opens none."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


def seal(text: str) -> str:
    return _box().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """Raises Refusal `secret_unreadable` where the secret key has changed since."""
    from cryptography.fernet import InvalidToken

    if not sealed:
        return ""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Refusal(
            "secret_unreadable",
            _("A stored secret cannot be opened: MLOPS_SECRET_KEY is another one than when it was stored."),
            hint=_("Bring the old key back, or give what it belongs to its secret anew."),
            status=409,
        ) from None


def _box() -> Fernet:
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mlops.sealed-secrets")
    return Fernet(base64.urlsafe_b64encode(derive.derive(settings.SECRET_KEY.encode())))
