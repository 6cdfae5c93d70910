"""Reads of data stores: whoever may see the project sees them, and nobody sees their secrets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.access.models import Project
from mlops.access.sealing import unseal
from mlops.datastores.kinds import OWN
from mlops.datastores.models import Datastore
from mlops.formats.refusal import Refusal, Where, nearest


def visible_to(person: Any) -> QuerySet[Datastore]:
    return Datastore.objects.filter(project__in=visible_projects(person)).select_related("project", "created_by")


def by_id(person: Any, datastore_id: UUID) -> Datastore:
    found = visible_to(person).filter(pk=datastore_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such data store, or you may not see it."), status=404)
    return found


def named(project: Project, name: str) -> Datastore:
    """Raises Refusal `datastore_unknown`."""
    rows = Datastore.objects.filter(project=project)
    found = rows.filter(name=name).first()
    if found is None:
        known = [*OWN, *rows.values_list("name", flat=True)]
        raise Refusal(
            "datastore_unknown",
            _("There is no data store “%(name)s” in this project.") % {"name": name[:100]},
            hint=nearest(name, known) or _("There are: %(all)s.") % {"all": ", ".join(known[:20])},
            status=404,
            where=Where(value=name[:100]),
        )
    return found


def secrets_of(store: Datastore) -> dict[str, str]:
    text = unseal(store.secrets)
    return msgspec.json.decode(text, type=dict[str, str]) if text else {}
