"""The signed link in a mail that ends mail of alerts without a sign-in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core import signing
from django.utils.translation import gettext as _

from mlops.access.origins import link_to
from mlops.formats.refusal import Refusal

SALT = "alerts unsubscribe"


def unsubscribe_link(person: Any) -> str:
    return link_to(f"/alerts/unsubscribe/{signing.dumps(person.pk, salt=SALT)}/")


def person_of(signed: str) -> User:
    """Raises Refusal `link_invalid`. Links stay good: mail is read late."""
    try:
        found = User.objects.filter(pk=signing.loads(signed, salt=SALT)).first()
    except signing.BadSignature:
        found = None
    if found is None:
        hint = _("Sign in and change your preferences instead.")
        raise Refusal("link_invalid", _("This link is not one of ours."), hint=hint, status=404)
    return found
