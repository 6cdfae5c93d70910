"""Models of other projects that are shown to the caller one by one, beside those of the caller's own project.

A name means the own project's model first. What a version came from stays hidden where the caller is a guest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from mlops.access.granted import granted_ids, guests_among
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.faults import Fault
from mlops.mlflow_api.finding import project_of
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.registry.sharing import NOUN


def shown_models(caller: Caller, *, of: str = "") -> Q:
    """As a condition on models, or on rows below them (`of`, such as `model__`). Raises Fault where the caller is in
    no project, and nothing is shared with them."""
    granted = granted_ids(caller.person, NOUN) if caller.run is None else []
    shared = Q(**{f"{of}pk__in": granted}) if granted else Q()
    if granted and caller.workspace not in ("", "default"):
        shared &= Q(**{f"{of}project__slug": caller.workspace})
    try:
        project = project_of(caller)
    except Fault:
        if not granted:
            raise
        return shared
    own = Q(**{f"{of}project": project})
    if not granted:
        return own
    taken = RegisteredModel.objects.filter(project=project).values("name")
    return own | (shared & ~Q(**{f"{of}name__in": taken}))


def hidden_from(caller: Caller, rows: Iterable[RegisteredModel | ModelVersion]) -> set[Any]:
    """The projects of whose things the caller may read those models alone."""
    models = [row if isinstance(row, RegisteredModel) else row.model for row in rows]
    return guests_among(caller.person, models) if models and caller.run is None else set()
