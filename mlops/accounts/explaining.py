"""What a person may do in a project, action by action, and what gives it."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from mlops.access.catalogue import ACTIONS, Action
from mlops.access.grants import held_by
from mlops.access.models import GroupRole, Project


class Right(NamedTuple):
    action: Action
    by: list[str]
    """Such as “the role owner”; empty: not allowed."""


def rights(person: Any, project: Project) -> list[Right]:
    """In the order of the catalogue; two queries."""
    sources: list[tuple[str, frozenset[str]]] = []
    if person.is_superuser:
        sources.append((_("is an administrator"), frozenset(one.name for one in ACTIONS)))
    own = held_by(project, person)
    if own is not None:
        sources.append((_("the role %(role)s") % {"role": own.role_title}, own.actions))
    for one in GroupRole.objects.filter(project=project, group__user=person).select_related("custom", "group"):
        said = _("the role %(role)s of the group %(group)s")
        sources.append((said % {"role": one.role_title, "group": one.group.name}, one.actions))
    return [Right(action, [why for why, actions in sources if action.name in actions]) for action in ACTIONS]
