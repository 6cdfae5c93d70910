"""Grants on single things: who shows what of a project to whom, how far, and until when. Each act is audited."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import actions_in, require
from mlops.access.granted import alive, grants_of
from mlops.access.models import Grant
from mlops.access.shareable import LEVELS, Shareable, kind_named, kind_of, kinds, things
from mlops.accounts.groups import group_named
from mlops.accounts.queries import person_named
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, nearest

Holder = User | Group


def share(
    actor: Any,
    thing: Any,
    *,
    holder: Holder,
    level: str = "reader",
    expires: datetime | timedelta | None = None,
    reason: str = "",
) -> Grant:
    """Instead of what the holder was granted on the thing before. Raises Refusal."""
    require(actor, "sharing.manage", thing.project)
    kind = kind_of(thing)
    _check_level(actor, thing, kind, level)
    expires_at = _moment(expires)
    who = {"group": holder} if isinstance(holder, Group) else {"user": holder}
    with transaction.atomic():
        old = Grant.objects.filter(noun=kind.noun, thing_id=thing.pk, **who).first()
        before = _facts(old) if old else {}
        values = {"project": thing.project, "level": level, "expires_at": expires_at, "created_by": actor}
        key = {"noun": kind.noun, "thing_id": thing.pk, **who}
        grant, _made = Grant.objects.update_or_create(**key, defaults=values)
        _record(actor, "given", grant, str(thing), reason, before=before, after=_facts(grant))
    return grant


def unshare(actor: Any, grant: Grant, *, reason: str = "") -> None:
    """The holder sees the thing no more, from the next request on; a role in the project stays."""
    require(actor, "sharing.manage", grant.project)
    found = things(grant.noun, [grant.thing_id]).get(grant.thing_id)
    with transaction.atomic():
        _record(actor, "withdrawn", grant, str(found or ""), reason, before=_facts(grant), after={})
        grant.delete()


def grants_on(thing: Any) -> QuerySet[Grant]:
    """Those that hold now, the oldest first."""
    found = Grant.objects.filter(alive(), noun=kind_of(thing).noun, thing_id=thing.pk)
    return found.select_related("project", "user", "group", "created_by")


def shared_thing(actor: Any, noun: str, thing_id: uuid.UUID) -> Any:
    """For faces on which grants are given: one in a project whose sharing the actor manages. Raises Refusal."""
    found = things(kind_named(noun).noun, [thing_id]).get(thing_id)
    if found is None:
        raise Refusal("not_found", _("There is no such thing, or you may not see it."), status=404)
    require(actor, "sharing.manage", found.project)
    return found


def grant_by_id(actor: Any, grant_id: uuid.UUID) -> Grant:
    """Raises Refusal `not_found`; who may not manage sharing there learns nothing."""
    found = Grant.objects.select_related("project", "user", "group").filter(pk=grant_id).first()
    if found is None or "sharing.manage" not in actions_in(actor, found.project):
        raise Refusal("not_found", _("There is no such grant, or you may not manage it."), status=404)
    return found


def holder_named(name: str = "", group: str = "") -> Holder:
    """A person or service account by the name it signs in with, or a group. Raises Refusal."""
    if bool(name.strip()) == bool(group.strip()):
        raise Refusal("holder_missing", _("Say with whom: a person, a service account or a group."))
    return group_named(group) if group.strip() else person_named(name)


def shared_with(person: Any) -> list[tuple[Grant, Shareable, Any]]:
    """What others show this person, as grant, kind and thing; what is gone is left out."""
    grants = list(grants_of(person).select_related("project", "user", "group", "created_by"))
    found: list[tuple[Grant, Shareable, Any]] = []
    for kind in kinds():
        of_kind = [grant for grant in grants if grant.noun == kind.noun]
        if of_kind:
            there = things(kind.noun, [grant.thing_id for grant in of_kind])
            found += [(grant, kind, there[grant.thing_id]) for grant in of_kind if grant.thing_id in there]
    return found


def end_grants() -> int:
    """Removes those that have expired, or whose thing is gone for good, and tells of each. They let nobody in since."""
    ended = list(Grant.objects.exclude(alive()).select_related("project", "user", "group")[:500])
    for kind in kinds():
        there = kind.model._base_manager.values("pk")
        gone = Grant.objects.filter(alive(), noun=kind.noun).exclude(thing_id__in=there)
        ended += list(gone.select_related("project", "user", "group")[:500])
    for grant in ended:
        with transaction.atomic():
            if Grant.objects.filter(pk=grant.pk).delete()[0]:
                _record(None, "ended", grant, "", "", before=_facts(grant), after={})
    return len(ended)


def _check_level(actor: Any, thing: Any, kind: Shareable, level: str) -> None:
    if level not in kind.levels:
        raise Refusal(
            "level_unknown",
            _("“%(thing)s” cannot be shared as “%(level)s”.") % {"thing": thing, "level": level[:60]},
            hint=nearest(level, kind.levels) or _("There are: %(names)s.") % {"names": ", ".join(kind.levels)},
        )
    if missing := sorted(LEVELS[level] - actions_in(actor, thing.project)):
        raise Refusal(
            "too_powerful",
            _("You may not give what you may not do yourself: %(actions)s.") % {"actions": ", ".join(missing)},
            hint=_("Ask an owner of the project."),
            status=403,
        )


def _moment(expires: datetime | timedelta | None) -> datetime | None:
    moment = timezone.now() + expires if isinstance(expires, timedelta) else expires
    if moment is not None and moment <= timezone.now():
        raise Refusal("expiry_past", _("The grant would have expired already."), hint=_("Choose a later day."))
    return moment


def _facts(grant: Grant) -> dict[str, Any]:
    return {"role": grant.level, "expires_at": grant.expires_at.isoformat() if grant.expires_at else ""}


def _record(actor: Any, verb: str, grant: Grant, name: str, reason: str, *, before: Any, after: Any) -> None:
    data = {
        "kind": grant.noun,
        "thing": str(grant.thing_id),
        "name": name,
        "holder": grant.holder,
        "is_group": grant.group_id is not None,
        **_facts(grant),
    }
    subject, verb = f"grants/{grant.pk}", f"mlops.grant.{verb}"
    changed: dict[str, Any] = {"before": before, "after": after}
    record(actor, verb, subject=subject, project=grant.project, data=data, reason=reason, **changed)
