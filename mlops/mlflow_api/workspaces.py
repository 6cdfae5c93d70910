"""MLflow's workspaces: the projects that the caller sees, by their slugs. They are made and ended in our own pages."""

from __future__ import annotations

from typing import Any

from mlops.access.models import Project
from mlops.mlflow_api.caller import Caller, projects_of
from mlops.mlflow_api.door import Answer
from mlops.mlflow_api.faults import missing
from mlops.mlflow_api.finding import project_of
from mlops.mlflow_api.given import Given


def listed(caller: Caller, _given: Given) -> Answer:
    return {"workspaces": [_shaped(project) for project in projects_of(caller).order_by("name")]}


def show(caller: Caller, _given: Given, slug: str) -> Answer:
    found = project_of(caller) if slug == "default" else projects_of(caller).filter(slug=slug).first()
    if found is None:
        raise missing(f"Workspace '{slug}' not found")
    return {"workspace": _shaped(found)}


def _shaped(project: Project) -> dict[str, Any]:
    return {"name": project.slug, "description": project.description or project.name}
