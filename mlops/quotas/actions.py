"""Setting quotas: of one project or one person, or of all that have none of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require_administrator
from mlops.access.models import Project
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.quotas import sizes
from mlops.quotas.kinds import KINDS, Kind, kinds_of_people
from mlops.quotas.models import PersonQuota, Quota, Stored

UNLIMITED, DEFAULT = "unlimited", "default"
LARGEST = 10**9


def set_quotas(actor: Any, project: Project | None, given: Mapping[str, Any], *, reason: str = "") -> None:
    """Of each kind that is given a whole number, `unlimited`, or `default` (as the others; without a project: none).

    What is beyond a lower quota stays. Raises Refusal `quota_unknown`, `quota_invalid`."""
    require_administrator(actor, _("Only an administrator may set quotas."))
    wanted = {kind: _checked(kind, value) for kind, value in given.items()}
    with transaction.atomic():
        rows = {one.kind: one for one in Quota.objects.select_for_update(no_key=True).filter(project=project)}
        before = {kind: _told(rows.get(kind)) for kind in wanted}
        changed = [kind for kind, value in wanted.items() if before[kind] != value]
        if not changed:
            return
        for kind in changed:
            _write(actor, project, kind, wanted[kind])
            if KINDS[kind].is_of_bytes:
                _forget_count(project)
        record(
            actor,
            "mlops.quota.set",
            subject=f"quotas/{project.slug if project else DEFAULT}",
            project=project,
            data={"kinds": changed},
            reason=reason,
            before={kind: before[kind] for kind in changed},
            after={kind: wanted[kind] for kind in changed},
        )


def set_person_quotas(actor: Any, person: User | None, given: Mapping[str, Any], *, reason: str = "") -> None:
    """As `set_quotas`, of what a person may have in all projects together; None: everybody without their own."""
    require_administrator(actor, _("Only an administrator may set quotas."))
    wanted = {kind: _checked(kind, value, kinds_of_people()) for kind, value in given.items()}
    with transaction.atomic():
        rows = {one.kind: one for one in PersonQuota.objects.select_for_update(no_key=True).filter(user=person)}
        before = {kind: _told(rows.get(kind)) for kind in wanted}
        changed = [kind for kind, value in wanted.items() if before[kind] != value]
        if not changed:
            return
        for kind in changed:
            own = PersonQuota.objects.filter(user=person, kind=kind)
            if wanted[kind] == DEFAULT:
                own.delete()
                continue
            most = None if wanted[kind] == UNLIMITED else wanted[kind]
            PersonQuota.objects.update_or_create(user=person, kind=kind, defaults={"most": most, "set_by": actor})
        record(
            actor,
            "mlops.quota.person_set",
            subject=f"people-quotas/{person.get_username() if person else DEFAULT}",
            project=None,
            data={"kinds": changed},
            reason=reason,
            before={kind: before[kind] for kind in changed},
            after={kind: wanted[kind] for kind in changed},
        )


def _write(actor: Any, project: Project | None, kind: str, value: int | str) -> None:
    if value == DEFAULT:
        Quota.objects.filter(project=project, kind=kind).delete()
        return
    most = None if value == UNLIMITED else value
    Quota.objects.update_or_create(project=project, kind=kind, defaults={"most": most, "set_by": actor})


def _forget_count(project: Project | None) -> None:
    """What came while there was no quota was not added to it: the next to ask counts anew."""
    counted = Stored.objects.filter(project=project) if project else Stored.objects.all()
    counted.delete()


def _told(row: Quota | PersonQuota | None) -> int | str:
    if row is None:
        return DEFAULT
    return UNLIMITED if row.most is None else row.most


def _checked(kind: str, value: Any, known: Mapping[str, Kind] = KINDS) -> int | str:
    if kind not in known:
        raise Refusal(
            "quota_unknown",
            _("There is no quota “%s”.") % kind[:40],
            hint=nearest(kind, known) or _("There are: %s.") % ", ".join(known),
            status=422,
            where=Where(parameter=kind[:40]),
        )
    text = "" if isinstance(value, bool) else str(value).strip()
    if text in (UNLIMITED, DEFAULT):
        return text
    if KINDS[kind].is_of_bytes:
        return _size(kind, text)
    if not (text.isascii() and text.isdecimal()) or len(text) > 10 or int(text) > LARGEST:
        raise Refusal(
            "quota_invalid",
            _("“%(value)s” is no quota for “%(kind)s”.") % {"value": text[:40], "kind": KINDS[kind].title},
            hint=_("Give a whole number, unlimited, or default."),
            status=422,
            where=Where(parameter=kind, value=text[:40]),
        )
    return int(text)


def _size(kind: str, text: str) -> int:
    size = sizes.read(text)
    if size is None or size > sizes.LARGEST:
        raise Refusal(
            "quota_invalid",
            _("“%(value)s” is no quota for “%(kind)s”.") % {"value": text[:40], "kind": KINDS[kind].title},
            hint=_("Give bytes or a size such as 50 GB, unlimited, or default."),
            status=422,
            where=Where(parameter=kind, value=text[:40]),
        )
    return size
