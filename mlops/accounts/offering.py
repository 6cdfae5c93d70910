"""Offering things of a project to other projects: who did, to whom, and until it is withdrawn. Each act is audited."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import actions_in, require
from mlops.access.models import Offer, Project
from mlops.access.offered import offers_to
from mlops.access.shareable import Shareable, kind_named, kind_of, kinds, things
from mlops.events.chain import record
from mlops.formats.refusal import Refusal


def offer(actor: Any, thing: Any, *, to: Project | None, reason: str = "") -> Offer:
    """`to` None: to every project of the server. Raises Refusal."""
    require(actor, "sharing.manage", thing.project)
    kind = kind_of(thing)
    if not kind.is_offered:
        raise Refusal("not_offered", _("“%(thing)s” cannot be offered to other projects.") % {"thing": thing})
    if to is not None and to.pk == thing.project_id:
        raise Refusal("own_project", _("“%(thing)s” is of that project.") % {"thing": thing})
    with transaction.atomic():
        key = {"noun": kind.noun, "thing_id": thing.pk, "to": to}
        made, is_new = Offer.objects.get_or_create(**key, defaults={"project": thing.project, "created_by": actor})
        if is_new:
            _record(actor, "made", made, str(thing), reason)
    return made


def withdraw(actor: Any, offered: Offer, *, reason: str = "") -> None:
    """What uses it already goes on; nothing new may."""
    require(actor, "sharing.manage", offered.project)
    found = things(offered.noun, [offered.thing_id]).get(offered.thing_id)
    with transaction.atomic():
        _record(actor, "withdrawn", offered, str(found or ""), reason)
        offered.delete()


def offers_of(thing: Any) -> QuerySet[Offer]:
    found = Offer.objects.filter(noun=kind_of(thing).noun, thing_id=thing.pk)
    return found.select_related("project", "to", "created_by")


def offer_by_id(actor: Any, offer_id: uuid.UUID) -> Offer:
    """Raises Refusal `not_found`; who may not manage sharing there learns nothing."""
    found = Offer.objects.select_related("project", "to").filter(pk=offer_id).first()
    if found is None or "sharing.manage" not in actions_in(actor, found.project):
        raise Refusal("not_found", _("There is no such offer, or you may not manage it."), status=404)
    return found


def offered_to(project: Project) -> list[tuple[Offer, Shareable, Any]]:
    """What other projects offer to this one, each thing once; what is gone is left out."""
    offers = {(one.noun, one.thing_id): one for one in offers_to(project)}
    found: list[tuple[Offer, Shareable, Any]] = []
    for kind in kinds():
        there = things(kind.noun, [thing_id for noun, thing_id in offers if noun == kind.noun])
        found += [(offers[kind.noun, key], kind, thing) for key, thing in there.items()]
    return found


def reference_to(noun: str, thing: Any) -> str:
    """As files name it."""
    return f"azureml://registries/{thing.project.slug}/{kind_named(noun).noun}/{thing.name}"


def _record(actor: Any, verb: str, offered: Offer, name: str, reason: str) -> None:
    data = {
        "kind": offered.noun,
        "thing": str(offered.thing_id),
        "name": name,
        "to": offered.to.slug if offered.to else "",
    }
    subject = f"offers/{offered.pk}"
    record(actor, f"mlops.offer.{verb}", subject=subject, project=offered.project, data=data, reason=reason)
