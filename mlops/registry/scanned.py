"""How the files of model versions stand, and who may still have them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlops.access.models import Project
from mlops.blobs.trees import BlobMissing, manifest_of
from mlops.formats.manifest import File
from mlops.registry.models import ModelVersion
from mlops.scans.policies import Place, require_clean
from mlops.scans.standing import Standing, standing_of, standings


def standing_in_version(version: ModelVersion) -> Standing:
    return standing_of(manifest_of(version.tree_id).files, version.model.project)


def standing_in_versions(versions: Iterable[ModelVersion]) -> dict[Any, Standing]:
    """By the versions' primary keys; they may be of several projects. Where the files of one are gone, the others are
    told all the same."""
    by_project: dict[Project, list[ModelVersion]] = {}
    for version in versions:
        by_project.setdefault(version.model.project, []).append(version)
    found: dict[Any, Standing] = {}
    for project, listed in by_project.items():
        files: dict[Any, tuple[File, ...]] = {}
        for one in listed:
            try:
                files[one.pk] = manifest_of(one.tree_id).files
            except BlobMissing:
                found[one.pk] = Standing(level="gone")
        found |= standings(files, project)
    return found


def require_given_out(actor: Any, version: ModelVersion, *, path: str = "") -> None:
    """All files, or that of the path. Raises Refusal `files_refused`."""
    _require(actor, version, "download", path)


def require_deployable(actor: Any, version: ModelVersion) -> None:
    """Raises Refusal `files_refused`."""
    _require(actor, version, "deploy")


def _require(actor: Any, version: ModelVersion, place: Place, path: str = "") -> None:
    files = (file for file in manifest_of(version.tree_id).files if not path or file.path == path)
    require_clean(actor, version.model.project, files, place=place, subject=f"models/{version}")
