"""Roles of people's own: named sets of actions, of one project or of all the server.

Nobody gives a power that they do not hold: neither by making a role, nor by giving one, nor by taking one away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.validators import slug_re
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mlops.access.catalogue import ALL, BY_NAME, SEE
from mlops.access.decisions import actions_in, require, require_administrator, visible_projects
from mlops.access.grants import held_by, holders_of, keep_in_step
from mlops.access.models import BUILT_IN, CUSTOM, CustomRole, Project, Role, actions_of_role
from mlops.events.chain import record
from mlops.events.facts import Change, gone, sides, stored
from mlops.formats.refusal import Refusal, nearest


def roles_for(project: Project | None) -> QuerySet[CustomRole]:
    """Those that can be given in the project: its own, and those of the server."""
    return CustomRole.objects.filter(Q(project=None) | Q(project=project)).select_related("project", "created_by")


def role_named(name: str, project: Project) -> CustomRole | None:
    """None for a built-in role. Raises Refusal `role_unknown` with the nearest name."""
    if name in Role.values:
        return None
    known = roles_for(project)
    found = known.filter(name=name).first()
    if found is None:
        names = [*Role.values, *known.values_list("name", flat=True)]
        hint = nearest(name, names) or _("There are: %(names)s.") % {"names": ", ".join(names)}
        raise Refusal("role_unknown", _("“%(role)s” is no role.") % {"role": name}, hint=hint)
    return found


def role_by_id(person: Any, role_id: UUID) -> CustomRole:
    """Raises Refusal `not_found`, also for a role of a project that the person may not see."""
    visible = Q(project=None) | Q(project__in=visible_projects(person))
    found = CustomRole.objects.select_related("project").filter(visible, pk=role_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such role, or you may not see it."), status=404)
    return found


def create_role(
    actor: Any, project: Project | None, *, name: str, actions: Iterable[str], description: str = "", reason: str = ""
) -> CustomRole:
    chosen = _checked(actor, project, actions)
    name = name.strip().lower()
    _check_name(name)
    with transaction.atomic():
        taken = CustomRole.objects.filter(name=name)
        taken = taken if project is None else taken.filter(Q(project=None) | Q(project=project))
        if name in (*Role.values, CUSTOM) or taken.exists():
            raise Refusal(
                "name_taken",
                _("There is already a role “%(name)s”.") % {"name": name},
                hint=_("Choose another name."),
                status=409,
            )
        role = CustomRole.objects.create(
            project=project, name=name, actions=sorted(chosen), description=description.strip(), created_by=actor
        )
        _record(actor, "mlops.role.created", role, {"actions": role.actions}, reason)
    return role


def edit_role(
    actor: Any,
    role: CustomRole,
    *,
    actions: Iterable[str] | None = None,
    description: str | None = None,
    reason: str = "",
) -> CustomRole:
    """What everybody who holds the role may do changes at once."""
    require_power(actor, role.project, custom=role)
    chosen = _checked(actor, role.project, role.actions if actions is None else actions)
    with transaction.atomic():
        before, was = role.actions, stored(role)
        role.actions = sorted(chosen)
        role.description = role.description if description is None else description.strip()
        role.save(update_fields=["actions", "description"])
        for project, holder in holders_of(role):
            keep_in_step(project, holder, actions_of_role(CUSTOM, role.actions))
        _record(
            actor, "mlops.role.updated", role, {"before": before, "actions": role.actions}, reason, (was, stored(role))
        )
    return role


def delete_role(actor: Any, role: CustomRole, *, reason: str = "") -> None:
    """Raises Refusal `role_held` while somebody holds it, with who does."""
    require_power(actor, role.project, custom=role)
    _checked(actor, role.project, role.actions)
    with transaction.atomic():
        held = holders_of(role)
        if held:
            shown = ", ".join(f"{holder} ({project.slug})" for project, holder in held[:5])
            raise Refusal(
                "role_held",
                _("“%(role)s” is held: %(who)s.") % {"role": role.name, "who": shown},
                hint=_("Give them another role first."),
                status=409,
            )
        _record(actor, "mlops.role.deleted", role, {"actions": role.actions}, reason, gone(role))
        role.delete()


def require_power(
    actor: Any, project: Project | None, *, role: str = "", custom: CustomRole | None = None, holder: Any = None
) -> None:
    """The actor holds every action of the role that is given, and of the one that `holder` has so far. Raises Refusal
    `too_powerful`."""
    if project is None:
        return
    wanted = actions_of_role(CUSTOM, custom.actions) if custom else actions_of_role(role, None)
    if holder is not None and (held := held_by(project, holder)):
        wanted |= held.actions
    _check_power(actor, project, wanted)


def _check_power(actor: Any, project: Project, wanted: frozenset[str]) -> None:
    missing = sorted(wanted - actions_in(actor, project))
    if missing:
        raise Refusal(
            "too_powerful",
            _("You may not give or take what you may not do yourself: %(actions)s.")
            % {"actions": ", ".join(missing[:5]) + ("…" if len(missing) > 5 else "")},
            hint=_("Ask an owner of the project."),
            status=403,
        )


def _checked(actor: Any, project: Project | None, actions: Iterable[str]) -> frozenset[str]:
    """The actions, with those that each role has. Raises Refusal where one is unknown or more than the actor's."""
    if project is not None:
        require(actor, "roles.manage", project)
    else:
        hint = _("Make the role in your project.")
        require_administrator(actor, _("Only an administrator may change roles of the whole server."), hint)
    chosen = frozenset(actions) | {SEE}
    if unknown := sorted(chosen - ALL):
        raise Refusal(
            "action_unknown",
            _("“%(action)s” is no action.") % {"action": unknown[0]},
            hint=nearest(unknown[0], BY_NAME) or _("`mlops role actions` lists them."),
        )
    if project is not None:
        _check_power(actor, project, chosen)
    return chosen


def _check_name(name: str) -> None:
    if len(name) > 60 or not slug_re.match(name):
        raise Refusal("name_invalid", _("A role's name has letters, digits, - and _ alone, and at most 60 of them."))


def _record(
    actor: Any, verb: str, role: CustomRole, data: dict[str, Any], reason: str, change: Change | None = None
) -> None:
    subject = f"roles/{role.name}"
    data = {"name": role.name, **data}
    record(actor, verb, subject=subject, project=role.project, data=data, reason=reason, **sides(change))


def built_in() -> list[tuple[str, str, frozenset[str]]]:
    """Name, title and actions, the most powerful first."""
    return [(name, str(label), BUILT_IN[name]) for name, label in Role.choices]
