"""Container images that were built of a model version, and what serves from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.deployments.models import Deployment
from mlops.lineage.kinds.kind import Fan, Kind, page
from mlops.packaging.models import Image
from mlops.registry.models import ModelVersion

LIGHT = Image.objects.select_related("version__model__project", "created_by")


class Images(Kind):
    prefix, title, model = "images", "image", Image

    def name(self, row: Image) -> str:
        return f"images/{row.pk}"

    def project_id(self, row: Image) -> Any:
        return row.version.model.project_id

    def url(self, row: Image) -> str:
        return page("image", row.pk)

    def facts(self, row: Image) -> dict[str, str]:
        return {_("Digest"): row.digest, _("Base"): row.base, _("Bytes"): f"{row.size_bytes:,}"}

    def upstream(self, row: Image) -> Iterable[Fan]:
        yield (
            "packed from",
            ModelVersion.objects.filter(pk=row.version_id).select_related("model__project", "created_by"),
        )

    def downstream(self, row: Image) -> Iterable[Fan]:
        """Deployments of the version that stand on it, by its id or a name of it."""
        known = [one for one in (row.image_id, row.reference, row.tag, row.push_to) if one]
        named = Q(placing__image__in=known) | Q(settings__image__in=known)
        rows = Deployment.objects.filter(named, version=row.version_id) if known else Deployment.objects.none()
        yield "deployed as", rows.select_related("endpoint__project", "version__model", "created_by")

    def find(self, projects: list[Project], rest: str) -> Any | None:
        rows = LIGHT.filter(version__model__project__in=projects)
        try:
            return rows.filter(pk=UUID(rest)).first()
        except ValueError:
            return rows.filter(Q(reference=rest) | Q(digest=rest) | Q(tag=rest)).first()

    def search(self, projects: list[Project], text: str) -> Any:
        rows = LIGHT.filter(version__model__project__in=projects).order_by("-created_at")
        return rows.filter(Q(reference__icontains=text) | Q(tag__icontains=text)) if text else rows


def images_of(row: Deployment) -> Any:
    """That a deployment stands on, where its target has images."""
    named = {(row.placing or {}).get("image"), (row.settings or {}).get("image")} - {None, ""}
    if not named:
        return []
    wanted = Q(image_id__in=named) | Q(reference__in=named) | Q(tag__in=named) | Q(push_to__in=named)
    return LIGHT.filter(wanted, version=row.version_id).order_by("-created_at")
