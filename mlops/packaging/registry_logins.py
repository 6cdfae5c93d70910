"""Logins to registries: stored sealed, used by workers, never shown again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.access.sealing import seal, unseal
from mlops.events.chain import record
from mlops.events.facts import gone, sides, stored
from mlops.formats.refusal import Refusal, Where
from mlops.packaging.images.references import parsed
from mlops.packaging.images.registries import Login
from mlops.packaging.models import RegistryLogin


def store_login(
    actor: Any, project: Project, *, registry: str, name: str = "", password: str = "", is_insecure: bool = False
) -> RegistryLogin:
    """In place of an earlier one of the same registry."""
    require(actor, "registries.manage", project)
    registry = _checked(registry)
    if bool(name.strip()) != bool(password):
        raise Refusal(
            "login_incomplete",
            _("A login needs a name and a password."),
            hint=_("Leave both out for a registry that anybody may use without TLS."),
            where=Where(parameter="password" if name else "name"),
        )
    values = {"name": name.strip(), "password": seal(password), "is_insecure": is_insecure, "created_by": actor}
    with transaction.atomic():
        known = RegistryLogin.objects.filter(project=project, registry=registry).first()
        was = stored(known) if known else {}
        login, _made = RegistryLogin.objects.update_or_create(project=project, registry=registry, defaults=values)
        record(
            actor,
            "mlops.registry.login_stored",
            subject=f"projects/{project.slug}",
            project=project,
            data={"registry": registry, "name": login.name, "without_tls": is_insecure},
            before=was,
            after=stored(login),
        )
    return login


def remove_login(actor: Any, login: RegistryLogin) -> None:
    require(actor, "registries.manage", login.project)
    with transaction.atomic():
        change = gone(login)
        RegistryLogin.objects.filter(pk=login.pk).delete()
        record(
            actor,
            "mlops.registry.login_removed",
            subject=f"projects/{login.project.slug}",
            project=login.project,
            data={"registry": login.registry},
            **sides(change),
        )


def login_for(project_id: UUID, registry: str) -> Login | None:
    found = RegistryLogin.objects.filter(project_id=project_id, registry=registry).first()
    if found is None:
        return None
    return Login(name=found.name, password=unseal(found.password), is_insecure=found.is_insecure)


def _checked(registry: str) -> str:
    registry = registry.strip().removeprefix("https://").removeprefix("http://").rstrip("/")
    try:
        is_one = parsed(f"{registry}/x").registry == registry
    except Refusal:
        is_one = False
    if not is_one:
        raise Refusal(
            "registry_invalid",
            _("“%(registry)s” is no address of a registry.") % {"registry": registry},
            hint=_("Such as registry.example.com or localhost:5000."),
            where=Where(parameter="registry", value=registry),
        )
    return registry
