"""Service accounts: programs that work in one project, with a role of their own, and tokens instead of a password."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.validators import slug_re
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.grants import hold, let_go
from mlops.access.models import Membership, Project, ServiceAccount
from mlops.accounts import tokens
from mlops.accounts.models import ApiToken
from mlops.accounts.roles import require_power, role_named
from mlops.events.chain import record
from mlops.events.facts import Change, sides
from mlops.formats.refusal import Refusal, nearest


def service_accounts(project: Project) -> QuerySet[ServiceAccount]:
    found = ServiceAccount.objects.filter(project=project, removed_at=None)
    return found.select_related("project", "user", "created_by")


def service_account(project: Project, name: str) -> ServiceAccount:
    """Raises Refusal `not_found` with the nearest name."""
    known = service_accounts(project)
    found = known.filter(name=name).first()
    if found is None:
        raise Refusal(
            "not_found",
            _("“%(project)s” has no service account “%(name)s”.") % {"project": project.name, "name": name},
            hint=nearest(name, known.values_list("name", flat=True)),
            status=404,
        )
    return found


def create_service_account(
    actor: Any, project: Project, *, name: str, role: str = "operator", description: str = "", reason: str = ""
) -> ServiceAccount:
    require(actor, "accounts.manage", project)
    custom = role_named(role, project)
    require_power(actor, project, role=role, custom=custom)
    name = name.strip().lower()
    _check_name(name)
    with transaction.atomic():
        username = f"{name}@{project.slug}"
        if User.objects.filter(username__iexact=username).exists():
            raise Refusal(
                "name_taken", _("There is already a service account “%(name)s”.") % {"name": name}, status=409
            )
        user = User(username=username)
        user.set_unusable_password()
        user.save()
        account = ServiceAccount.objects.create(
            project=project, user=user, name=name, description=description.strip(), created_by=actor
        )
        hold(project, user, role=role, custom=custom)
        _record(actor, "created", account, {"name": name, "role": role}, reason)
    return account


def change_role(actor: Any, account: ServiceAccount, *, role: str, reason: str = "") -> ServiceAccount:
    require(actor, "accounts.manage", account.project)
    custom = role_named(role, account.project)
    require_power(actor, account.project, role=role, custom=custom, holder=account.user)
    with transaction.atomic():
        was = _role_of(account)
        hold(account.project, account.user, role=role, custom=custom)
        data, change = {"name": account.name, "role": role}, (was, _role_of(account))
        _record(actor, "role_changed", account, data, reason, change)
    return account


def remove_service_account(actor: Any, account: ServiceAccount, *, reason: str = "") -> None:
    """Its tokens are refused at once. What it made stays, under its name."""
    require(actor, "accounts.manage", account.project)
    require_power(actor, account.project, holder=account.user)
    with transaction.atomic():
        change: Change = ({"name": account.name, **_role_of(account)}, {})
        revoked, _rows = ApiToken.objects.filter(user=account.user).delete()
        let_go(account.project, account.user)
        User.objects.filter(pk=account.user_id).update(
            is_active=False, username=f"{account.user.get_username()}.{account.user_id}"
        )
        account.removed_at = timezone.now()
        account.save(update_fields=["removed_at"])
        _record(actor, "removed", account, {"name": account.name, "tokens_revoked": revoked}, reason, change)


def tokens_of(account: ServiceAccount) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(user=account.user_id).select_related("project")


def create_token(
    actor: Any,
    account: ServiceAccount,
    *,
    name: str,
    scopes: str = "all",
    expires: timedelta | datetime | None = None,
) -> str:
    """The secret, which cannot be shown again. Whoever makes one holds all that the account may do."""
    require(actor, "accounts.manage", account.project)
    require_power(actor, account.project, holder=account.user)
    return tokens.create_token(
        actor, of=account.user, name=name, scopes=scopes, expires=expires, project=account.project
    )


def revoke_token(actor: Any, account: ServiceAccount, *, token_id: UUID | str) -> None:
    require(actor, "accounts.manage", account.project)
    tokens.revoke(actor, tokens_of(account).filter(pk=token_id).first())


def tokens_in(project: Project) -> dict[int, list[ApiToken]]:
    """Of all its service accounts, by the key of the account's user; one query."""
    found: dict[int, list[ApiToken]] = {}
    for one in ApiToken.objects.filter(user__in=service_accounts(project).values("user")):
        found.setdefault(one.user_id, []).append(one)
    return found


def roles_in(project: Project) -> dict[int, Membership]:
    """What each service account holds, by the key of the account's user; one query."""
    held = Membership.objects.filter(project=project, user__in=service_accounts(project).values("user"))
    return {one.user_id: one for one in held.select_related("custom")}


def _check_name(name: str) -> None:
    if len(name) > 60 or not slug_re.match(name):
        raise Refusal(
            "name_invalid",
            _("A service account's name has letters, digits, - and _ alone, and at most 60 of them."),
        )


def _role_of(account: ServiceAccount) -> dict[str, Any]:
    held = Membership.objects.filter(project=account.project, user=account.user).select_related("custom").first()
    return {"role": str(held.custom.name if held.custom else held.role) if held else ""}


def _record(
    actor: Any,
    verb: str,
    account: ServiceAccount,
    data: dict[str, Any],
    reason: str,
    change: Change | None = None,
) -> None:
    subject, type = f"service-accounts/{account.user.get_username()}", f"mlops.service_account.{verb}"
    record(actor, type, subject=subject, project=account.project, data=data, reason=reason, **sides(change))
