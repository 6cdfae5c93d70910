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
from mlops.quotas.rows import HOLDER

UNLIMITED, DEFAULT = "unlimited", "default"
LARGEST = 10**9


def set_quotas(actor: Any, project: Project | None, given: Mapping[str, Any], *, reason: str = "") -> None:
    """Of each kind that is given a whole number, `unlimited`, or `default` (as the others; without a project: none).

    What is beyond a lower quota stays. Raises Refusal `quota_unknown`, `quota_invalid`."""
    about = {"subject": f"quotas/{project.slug if project else DEFAULT}", "project": project, "reason": reason}
    with transaction.atomic():
        changed = _set(actor, Quota, project, given, KINDS, event="mlops.quota.set", **about)
        if any(KINDS[kind].is_of_bytes for kind in changed):
            _forget_count(project)


def set_person_quotas(actor: Any, person: User | None, given: Mapping[str, Any], *, reason: str = "") -> None:
    """As `set_quotas`, of what a person may have in all projects together; None: everybody without their own."""
    name = person.get_username() if person else DEFAULT
    about = {"subject": f"people-quotas/{name}", "project": None, "reason": reason}
    with transaction.atomic():
        _set(actor, PersonQuota, person, given, kinds_of_people(), event="mlops.quota.person_set", **about)


def _set(
    actor: Any,
    rows: type[Quota] | type[PersonQuota],
    holder: Project | User | None,
    given: Mapping[str, Any],
    known: Mapping[str, Kind],
    *,
    event: str,
    **about: Any,
) -> list[str]:
    """The kinds that changed, in the caller's transaction."""
    require_administrator(actor, _("Only an administrator may set quotas."))
    wanted = {kind: _checked(kind, value, known) for kind, value in given.items()}
    own: Any = rows._default_manager.filter(**{HOLDER[rows]: holder})
    found = {one.kind: one for one in own.select_for_update(no_key=True)}
    before = {kind: _told(found.get(kind)) for kind in wanted}
    changed = [kind for kind, value in wanted.items() if before[kind] != value]
    for kind in changed:
        if wanted[kind] == DEFAULT:
            own.filter(kind=kind).delete()
        else:
            most = None if wanted[kind] == UNLIMITED else wanted[kind]
            own.update_or_create(**{HOLDER[rows]: holder}, kind=kind, defaults={"most": most, "set_by": actor})
    if changed:
        record(
            actor,
            event,
            data={"kinds": changed},
            before={kind: before[kind] for kind in changed},
            after={kind: wanted[kind] for kind in changed},
            **about,
        )
    return changed


def _forget_count(project: Project | None) -> None:
    """What came while there was no quota was not added to it: the next to ask counts anew."""
    counted = Stored.objects.filter(project=project) if project else Stored.objects.all()
    counted.delete()


def _told(row: Quota | PersonQuota | None) -> int | str:
    if row is None:
        return DEFAULT
    return UNLIMITED if row.most is None else row.most


def _checked(kind: str, value: Any, known: Mapping[str, Kind]) -> int | str:
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
