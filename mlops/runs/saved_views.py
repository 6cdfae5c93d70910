"""Views of the list of runs that people keep: a filter, columns and an order under a name, for oneself or for all."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import may, require
from mlops.access.models import Project
from mlops.formats.refusal import Refusal, Where
from mlops.runs.models import SavedView

LONGEST_QUERY = 2_000


def visible_views(person: Any, project: Project) -> QuerySet[SavedView]:
    """The person's own, and those that others share in the project."""
    return SavedView.objects.filter(Q(owner=person) | Q(is_shared=True), project=project).select_related("owner")


def keep_view(actor: Any, project: Project, *, name: str, query: str, is_shared: bool = False) -> SavedView:
    """A view of one's own under that name is replaced. Raises Refusal `view_invalid`."""
    require(actor, "views.share" if is_shared else "read", project)
    name = name.strip()
    if not name or len(name) > 80 or len(query) > LONGEST_QUERY:
        raise Refusal(
            "view_invalid",
            _("The view cannot be kept."),
            hint=_("Its name has 1 to 80 characters, and its filter and columns at most 2,000 together."),
            where=Where(parameter="name", value=name[:80]),
        )
    fields = {"query": query, "is_shared": is_shared}
    return SavedView.objects.update_or_create(project=project, owner=actor, name=name, defaults=fields)[0]


def drop_view(actor: Any, view: SavedView) -> None:
    """One's own; an owner of the project also drops those that others share."""
    if view.owner_id != actor.pk and not (view.is_shared and may(actor, "own", view.project)):
        raise Refusal("not_found", _("There is no such view, or you may not drop it."), status=404)
    view.delete()
