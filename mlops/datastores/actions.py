"""Every change to data stores: set up, changed, tested, made the default, forgotten."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.access.sealing import seal
from mlops.bin.uses import InUse
from mlops.datastores import fetching, kinds, queries
from mlops.datastores.models import Datastore
from mlops.datastores.usage import users_of
from mlops.events.chain import record
from mlops.events.facts import Change, gone, sides, stored
from mlops.formats.refusal import Refusal


def create_datastore(
    actor: Any,
    project: Project,
    *,
    name: str,
    kind: str,
    settings: dict[str, Any],
    credentials: dict[str, Any],
    description: str = "",
) -> Datastore:
    """One that has the name is changed: the type stays, credentials that are not given stay as well.

    Raises Refusal of `kinds`, `datastore_kind_fixed`, `folder_not_allowed`, `address_not_public`."""
    require(actor, "datastores.manage", project)
    name = kinds.checked_name(name)
    known = Datastore.objects.filter(project=project, name=name).first()
    if known is not None and known.kind != kind:
        message = _("The data store “%(name)s” is of the type %(kind)s.") % {"name": name, "kind": known.kind}
        raise Refusal("datastore_kind_fixed", message, hint=_("Choose another name."), status=409)
    plain, secrets = kinds.checked(kind, settings, credentials)
    if known is not None and not secrets:
        secrets = queries.secrets_of(known)
    fetching.require_allowed(kind, plain)
    with transaction.atomic():
        was = stored(known) if known is not None else None
        store, is_new = Datastore.objects.update_or_create(
            project=project,
            name=name,
            defaults={
                "kind": kind,
                "settings": plain,
                "secrets": seal(msgspec.json.encode(secrets).decode()) if secrets else "",
                "description": description[:2000],
                "state": "",
                "reason": "",
                "checked_at": None,
            },
            create_defaults={
                "kind": kind,
                "settings": plain,
                "secrets": seal(msgspec.json.encode(secrets).decode()) if secrets else "",
                "description": description[:2000],
                "created_by": actor,
            },
        )
        type_ = "mlops.datastore.created" if is_new else "mlops.datastore.updated"
        change = None if was is None else (was, stored(store))
        _record(actor, store, type_, {"kind": kind, "fields": sorted({*plain, *secrets})}, change)
    return store


def delete_datastore(actor: Any, store: Datastore) -> None:
    """What was copied from it stays. Raises InUse where data only points to it, or a document names it."""
    require(actor, "datastores.manage", store.project)
    with transaction.atomic():
        if uses := users_of(store):
            raise InUse("datastore_in_use", f"“{store.name}”", uses, instead=_("Then delete it again."))
        _record(actor, store, "mlops.datastore.deleted", {"kind": store.kind, "fields": []}, gone(store))
        Datastore.objects.filter(pk=store.pk).delete()


def set_default(actor: Any, project: Project, name: str) -> None:
    """`workspaceblobstore` makes the product's own storage the default again."""
    require(actor, "datastores.manage", project)
    store = None if name in kinds.OWN else queries.named(project, name)
    with transaction.atomic():
        Datastore.objects.filter(project=project, is_default=True).update(is_default=False)
        if store is not None:
            was = stored(store)
            Datastore.objects.filter(pk=store.pk).update(is_default=True)
            told = {"kind": store.kind, "fields": ["is_default"]}
            _record(actor, store, "mlops.datastore.updated", told, (was, stored(store)))


def test(actor: Any, store: Datastore) -> Datastore:
    """Looks into it, and keeps what came of it."""
    require(actor, "datastores.manage", store.project)
    try:
        fetching.look(store)
        store.state, store.reason = "reached", ""
    except Refusal as refusal:
        store.state, store.reason = "failed", f"{refusal.message} {refusal.hint}".strip()
    store.checked_at = timezone.now()
    store.save(update_fields=["state", "reason", "checked_at"])
    return store


def _record(actor: Any, store: Datastore, type_: str, data: dict[str, Any], change: Change | None = None) -> None:
    record(
        actor,
        type_,
        subject=f"datastores/{store.name}",
        project=store.project,
        data=data,
        notice=("datastore", str(store.pk)),
        **sides(change),
    )
