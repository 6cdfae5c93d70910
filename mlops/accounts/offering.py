"""Offering things of a project to other projects: who did, to whom, and until it is withdrawn. Each act is audited."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import actions_in, require
from mlops.access.models import Offer, Project
from mlops.access.offered import offers_to_any
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
    return [(offer, kind, thing) for _project, offer, kind, thing in offered_to_each([project])]


def offered_to_each(projects: Collection[Project]) -> list[tuple[Project, Offer, Shareable, Any]]:
    """The same of several projects, in one query and one more for each kind."""
    offers = list(offers_to_any(projects))
    there = [(kind, things(kind.noun, [one.thing_id for one in offers if one.noun == kind.noun])) for kind in kinds()]
    found: list[tuple[Project, Offer, Shareable, Any]] = []
    for project in projects:
        here = [one for one in offers if one.to_id in (None, project.pk) and one.project_id != project.pk]
        by_thing = {(one.noun, one.thing_id): one for one in here}
        for kind, rows in there:
            shown = [(by_thing.get((kind.noun, key)), thing) for key, thing in rows.items()]
            found += [(project, offer, kind, thing) for offer, thing in shown if offer is not None]
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
