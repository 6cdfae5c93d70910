"""Personal tokens and those of service accounts: what they may do, where, and until when.

`scopes` is `all`, `read` (safe methods alone), or names of actions with commas between them."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.catalogue import TOKEN_ACTIONS, complete
from mlops.access.limits import limit, limits_of, require_unlimited
from mlops.access.models import Project
from mlops.accounts.models import ApiToken
from mlops.accounts.secret import digest
from mlops.events.chain import record
from mlops.events.facts import stored
from mlops.formats.refusal import Refusal, nearest

TOKEN_PREFIX = "mls_"
WHOLE = ("all", "read")


def create_token(
    actor: Any,
    *,
    name: str,
    scopes: str = "all",
    expires: timedelta | datetime | None = None,
    project: Project | None = None,
    of: Any = None,
) -> str:
    """The secret of a new token of the actor, or of the service account `of`; it cannot be shown again."""
    if not getattr(actor, "is_authenticated", False):
        raise Refusal("not_signed_in", _("Sign in to create a token."), status=401)
    if of is None:
        require_unlimited(actor, "account.manage")
    name = name.strip()
    if not name:
        raise Refusal("name_missing", _("A token needs a name that says what it is for."))
    if len(name) > 100:
        raise Refusal("name_too_long", _("A token's name has at most 100 characters."))
    scopes = tidy(scopes)
    _check_narrower(actor, scopes)
    expires_at = _moment(expires)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    person = of or actor
    with transaction.atomic():
        if ApiToken.objects.filter(user=person, name=name).exists():
            raise Refusal(
                "name_taken",
                _("You already have a token “%(name)s”.") % {"name": name}
                if of is None
                else _("The service account already has a token “%(name)s”.") % {"name": name},
                hint=_("Choose another name, or revoke that token first."),
                status=409,
            )
        token = ApiToken.objects.create(
            user=person, name=name, digest=digest(secret), scopes=scopes, expires_at=expires_at, project=project
        )
        data = {"name": name, "scopes": scopes, "of": person.get_username(), "project": project.slug if project else ""}
        record(actor, "mlops.token.created", subject=f"tokens/{token.pk}", project=project, data=data)
    return secret


def revoke_token(actor: Any, *, token_id: uuid.UUID | str) -> None:
    """One's own token, or as an administrator anybody's."""
    require_unlimited(actor, "account.manage")
    tokens = ApiToken.objects.all() if getattr(actor, "is_superuser", False) else ApiToken.objects.filter(user=actor)
    revoke(actor, tokens.select_related("project").filter(pk=token_id).first())


def revoke(actor: Any, token: ApiToken | None) -> None:
    if token is None:
        raise Refusal("not_found", _("There is no such token, or it is not yours."), status=404)
    with transaction.atomic():
        data = {"name": token.name}
        subject, was = f"tokens/{token.pk}", {**stored(token), "of": token.user.get_username()}
        record(actor, "mlops.token.revoked", subject=subject, project=token.project, data=data, before=was, after={})
        token.delete()


def tidy(scopes: str) -> str:
    """`all`, `read`, or sorted actions. Raises Refusal `scope_unknown` with the nearest name."""
    names = sorted({one for one in scopes.replace(",", " ").split() if one})
    if not names:
        raise Refusal("scope_missing", _("Say what the token may do: “all”, “read”, or actions."))
    if len(names) == 1 and names[0] in WHOLE:
        return names[0]
    for one in names:
        if one not in TOKEN_ACTIONS:
            raise Refusal(
                "scope_unknown",
                _("“%(scope)s” is no scope; there are “all”, “read”, and the names of actions.") % {"scope": one},
                hint=nearest(one, (*WHOLE, *TOKEN_ACTIONS)),
            )
    return ",".join(names)


def apply_limits(token: ApiToken) -> None:
    """Narrows the token's person to what the token may do."""
    is_whole = token.scopes in WHOLE
    if is_whole and token.project_id is None:
        return
    actions = TOKEN_ACTIONS if is_whole else complete(token.scopes.split(","))
    limit(token.user, actions=actions, project_id=token.project_id, token=token.name)


def _check_narrower(actor: Any, scopes: str) -> None:
    """A token makes no token that may do more than itself."""
    limits = limits_of(actor)
    if limits is None or (scopes not in WHOLE and frozenset(scopes.split(",")) <= limits.actions):
        return
    raise Refusal(
        "scope_too_narrow",
        _("The token “%(name)s” cannot make one that may do more than itself.") % {"name": limits.token},
        hint=_("Name fewer scopes, or sign in."),
        status=403,
    )


def _moment(expires: timedelta | datetime | None) -> datetime | None:
    moment = timezone.now() + expires if isinstance(expires, timedelta) else expires
    if moment is not None and moment <= timezone.now():
        raise Refusal("expiry_past", _("The token would have expired already."), hint=_("Choose a later day."))
    return moment
