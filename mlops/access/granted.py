"""The questions about one thing: may this person do this with it, by a role in its project or by a grant on it alone.

Who holds a grant and no role is a guest: sees the thing, and nothing that it was made from or is used by. A reader must
therefore ask here by name; whatever asks access.decisions alone stays shut to guests."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Case, Exists, F, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.catalogue import SEE, actions_for
from mlops.access.decisions import is_somebody, may, require, seen_in, visible_projects
from mlops.access.limits import limits_of
from mlops.access.models import Grant, Offer, ServiceAccount
from mlops.access.shareable import LEVELS, READER, kind_of, kinds
from mlops.formats.refusal import Refusal


def grants_of(person: Any) -> QuerySet[Grant]:
    """Those that hold now: the person's own and those of their groups, as far as the token leaves them."""
    if not is_somebody(person):
        return Grant.objects.none()
    held = Q(user=person) | Q(group__in=person.groups.values("pk"))
    found = Grant.objects.filter(held & alive())
    limits = limits_of(person)
    if limits is not None and limits.project_id is not None:
        programs = ServiceAccount.objects.filter(project=limits.project_id).values("user")
        found = found.filter(Q(project=limits.project_id) | Q(user__in=programs))
    return found


def offers_seen(person: Any) -> QuerySet[Offer]:
    """Those to projects that the person sees, and to every project where the person sees one."""
    if not is_somebody(person):
        return Offer.objects.none()
    seen = visible_projects(person)
    to_every = Q(to=None) & Exists(seen)
    return Offer.objects.filter(Q(to__in=seen) | to_every)


def alive() -> Q:
    return Q(expires_at=None) | Q(expires_at__gt=timezone.now())


def granted_ids(person: Any, noun: str) -> list[uuid.UUID]:
    """Of things of that kind, in one query: granted, or offered to a project that the person sees."""
    return [thing_id for thing_id, level in _levels(person, Q(noun=noun)) if _lets(person, level, SEE)]


def reached(person: Any, noun: str, path: str = "") -> Q:
    """The things that the person reads by a role or by a grant, as a condition: as plain as without grants where there
    are none. `path`: to the thing, of rows below it."""
    found = seen_in(person, f"{path}__project" if path else "project")
    granted = granted_ids(person, noun) if found else []
    return found | Q(**{f"{path or 'pk'}__in": granted}) if granted else found


def told_columns(person: Any, project: str, columns: Mapping[str, str]) -> dict[str, Any]:
    """Expressions to annotate rows with, by name: the value at each path in the projects that the person sees, and
    nothing in the others, where the person is a guest. `project`: the path to the row's project."""
    seen = seen_in(person, project)
    if not seen:
        return {name: F(path) for name, path in columns.items()}
    return {name: Case(When(seen, then=F(path)), default=None) for name, path in columns.items()}


def shared_notices(person: Any, project: Q) -> set[tuple[str, str]]:
    """Kind and ref of the notices about those things of the project that the person reads by a grant or an offer; as
    many queries for a project that there is not."""
    found: set[tuple[str, str]] = set()
    for kind in kinds():
        if kind.notice and (ids := granted_ids(person, kind.noun)):
            things = kind.model._default_manager.filter(project, pk__in=ids)
            found |= {(kind.notice, str(pk)) for pk in things.values_list("pk", flat=True)}
    return found


def may_with(person: Any, deed: str, thing: Any) -> bool:
    return may(person, deed, thing.project) or _is_granted(person, deed, thing)


def require_with(person: Any, deed: str, thing: Any) -> None:
    """As `require` of access.decisions, also by a grant on the thing. Raises Refusal."""
    if may_with(person, deed, thing):
        return
    if not _is_granted(person, SEE, thing) or may(person, "read", thing.project):
        require(person, deed, thing.project)
    raise Refusal(
        "forbidden",
        _("%(thing)s is shared with you, but not for this.") % {"thing": thing},
        hint=_("Ask whoever shared it for more, or an owner of its project for a role there."),
        status=403,
    )


def guests_among(person: Any, things: list[Any]) -> set[Any]:
    """The ids of those projects in which the person holds no role: of things of theirs nothing else may be told."""
    projects = {thing.project_id for thing in things}
    return projects - set(visible_projects(person).filter(pk__in=projects).values_list("pk", flat=True))


def told_to(
    person: Any, things: list[Any], shapes: list[dict[str, Any]], *, bare: Callable[[dict[str, Any]], dict[str, Any]]
) -> list[dict[str, Any]]:
    """The answers about things, or about something below each, `bare` where the person is a guest. In one query."""
    guests = guests_among(person, things) if things else set()
    if not guests:
        return shapes
    return [bare(shape) if thing.project_id in guests else shape for thing, shape in zip(things, shapes, strict=True)]


def _is_granted(person: Any, deed: str, thing: Any) -> bool:
    rows = _levels(person, Q(noun=kind_of(thing).noun, thing_id=thing.pk))
    return any(_lets(person, level, deed) for _thing_id, level in rows)


def _levels(person: Any, of: Q) -> QuerySet[Any, Any]:
    """Ids and levels; what is offered to a project is read by its people."""
    granted = grants_of(person).filter(of).order_by().values_list("thing_id", "level")
    offered = offers_seen(person).filter(of).order_by().annotate(level=Value(READER))
    return granted.union(offered.values_list("thing_id", "level"), all=True)


def _lets(person: Any, level: str, deed: str) -> bool:
    wanted = actions_for(deed)
    limits = limits_of(person)
    return wanted <= LEVELS.get(level, frozenset()) and (limits is None or wanted <= limits.actions | {SEE})
