"""A new password for who forgot it: by a link that is mailed to an address that was shown to be theirs."""

from __future__ import annotations

import logging

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _

from mlops.access.language import language_of
from mlops.access.origins import link_to
from mlops.accounts import actions, mailing
from mlops.accounts.models import SignedIn
from mlops.events.chain import record
from mlops.formats.refusal import Refusal

log = logging.getLogger(__name__)


def send_link(name_or_address: str) -> None:
    """Says nothing of whether there is such a person; where mail fails, the server's log tells."""
    person = _person(name_or_address.strip())
    if person is None or not person.email:
        return
    number = urlsafe_base64_encode(force_bytes(person.pk))
    token = default_token_generator.make_token(person)
    link = link_to(reverse("accounts:reset", args=[number, token]))
    try:
        with translation.override(language_of(person) or translation.get_language() or "en"):
            mailing.send_reset(person.email, name=person.get_username(), link=link)
    except Refusal as refusal:
        log.warning("A mail with a link for a new password was not sent: %s", refusal.message)
        return
    record(None, "mlops.account.reset_sent", subject=f"people/{person.get_username()}")


def person_of(number: str, token: str) -> User:
    """Raises Refusal `link_invalid` (410). Links work once, and as long as PASSWORD_RESET_TIMEOUT says."""
    try:
        person = User.objects.filter(pk=int(urlsafe_base64_decode(number)), is_active=True).first()
    except (ValueError, OverflowError):
        person = None
    if person is None or not default_token_generator.check_token(person, token):
        hint = _("Ask for a new one.")
        raise Refusal("link_invalid", _("This link was used before, or is too old."), hint=hint, status=410)
    return person


def set_password(number: str, token: str, *, new: str) -> User:
    """All sessions of the person end. Raises Refusal `link_invalid`, `password_weak`."""
    person = person_of(number, token)
    actions.check_strength(new, person)
    with transaction.atomic():
        person.set_password(new)
        person.save(update_fields=["password"])
        SignedIn.objects.filter(user=person).delete()
        record(person, "mlops.account.password_changed", subject=f"people/{person.get_username()}")
    return person


def _person(text: str) -> User | None:
    """Only addresses that were shown to be the person's: else a mail would go to whoever typed one."""
    known = EmailAddress.objects.filter(verified=True, primary=True, user__is_active=True).select_related("user")
    row = known.filter(email__iexact=text).first() or known.filter(user__username__iexact=text).first()
    if row is None:
        return None
    person: User = row.user
    person.email = row.email
    return person
