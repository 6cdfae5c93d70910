"""People, one-time sign-in links and passwords. Secrets leave here once; only their digests are kept."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require_administrator
from mlops.access.models import ServiceAccount
from mlops.accounts.models import SignInLink
from mlops.accounts.secret import digest as digest
from mlops.accounts.tokens import create_token as create_token
from mlops.accounts.tokens import revoke_token as revoke_token
from mlops.events.chain import record
from mlops.formats.refusal import Refusal

LINK_LIFETIME = timedelta(hours=24)
ADMINISTRATOR = "admin"


def create_first_administrator(password: str | None = None) -> tuple[User, str | None]:
    """The first administrator and, where none was given, the generated password. An existing one stays as it is.

    Raises Refusal `password_weak`."""
    with transaction.atomic():
        existing = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
        if existing is not None:
            return existing, None
        if password:
            check_strength(password, User(username=ADMINISTRATOR))
        generated = None if password else secrets.token_urlsafe(12)
        user = User.objects.create_superuser(ADMINISTRATOR, password=password or generated)
        record(None, "mlops.account.created", subject=f"people/{ADMINISTRATOR}", data={"administrator": True})
    return user, generated


def create_person(actor: Any, *, name: str, administrator: bool = False) -> User:
    """An account without a password: its first sign-in is by a link. Administrators alone may do this."""
    hint = _("Ask an administrator to add this person.")
    require_administrator(actor, _("Only an administrator may add people to the server."), hint)
    return make_person(name=name, invited_by=actor, administrator=administrator)


def make_person(*, name: str, invited_by: Any, administrator: bool = False) -> User:
    """Asks nothing: for acts that have asked. Raises Refusal `name_taken`, `name_invalid`, `name_missing`."""
    name = name.strip()
    _check_person_name(name)
    with transaction.atomic():
        if User.objects.filter(username__iexact=name).exists():
            raise Refusal("name_taken", _("There is already a person “%(name)s”.") % {"name": name}, status=409)
        user = User(username=name, is_superuser=administrator, is_staff=administrator)
        user.set_unusable_password()
        user.save()
        record(invited_by, "mlops.account.created", subject=f"people/{name}", data={"administrator": administrator})
    return user


def make_sign_in_link(user: User) -> str:
    """The token of a link that signs this person in once, within 24 hours: /sign-in/link/<token>/."""
    if ServiceAccount.objects.filter(user=user).exists():
        raise Refusal(
            "no_person",
            _("“%(name)s” is a service account, which does not sign in.") % {"name": user.get_username()},
            hint=_("Make a token for it, on the page of its project."),
            status=409,
        )
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    SignInLink.objects.filter(expires_at__lt=now).delete()
    SignInLink.objects.create(digest=digest(token), user=user, expires_at=now + LINK_LIFETIME)
    return token


def use_sign_in_link(token: str) -> User:
    """Burns the link and returns its person. Raises Refusal `link_invalid` when unknown, used or expired."""
    now = timezone.now()
    with transaction.atomic():
        fresh = SignInLink.objects.filter(digest=digest(token), used_at=None, expires_at__gt=now, user__is_active=True)
        if not fresh.update(used_at=now):
            raise Refusal(
                "link_invalid",
                _("This sign-in link was used before, has expired, or never existed."),
                hint=_("Sign in with your password, or ask for a new link."),
                status=410,
            )
        return SignInLink.objects.select_related("user").get(digest=digest(token)).user


def change_password(actor: User, *, current: str, new: str) -> None:
    """Raises Refusal `password_wrong` or `password_weak`. Who has none yet (link accounts) needs no current one."""
    if actor.has_usable_password() and not actor.check_password(current):
        raise Refusal("password_wrong", _("That is not your current password."))
    check_strength(new, actor)
    with transaction.atomic():
        actor.set_password(new)
        actor.save(update_fields=["password"])
        record(actor, "mlops.account.password_changed", subject=f"people/{actor.get_username()}")


def check_strength(password: str, person: User) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        hint = _("Choose a longer one, such as four words that do not belong together.")
        raise Refusal("password_weak", " ".join(error.messages), hint=hint) from error


def _check_person_name(name: str) -> None:
    try:
        User._meta.get_field("username").run_validators(name)
    except ValidationError as error:
        raise Refusal("name_invalid", " ".join(error.messages)) from error
    if not name:
        raise Refusal("name_missing", _("A person needs a name to sign in with."))
