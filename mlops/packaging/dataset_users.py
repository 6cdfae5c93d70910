"""Conversions and profiles keep the dataset version whose rows they were checked or measured with."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.datasets.models import DatasetVersion
from mlops.datasets.usage import Use
from mlops.packaging.models import Conversion, Profile


def users(version: DatasetVersion) -> Iterator[Use]:
    remedy = _("Delete that model version for good first.")
    for one in Conversion.objects.filter(reference=version).select_related("version__model"):
        page = reverse("web:model-version", args=[one.version.model_id, one.version.number])
        yield Use(kind=_("conversion of"), name=str(one.version), url=f"{page}?tab=onnx", remedy=remedy)
    for profile in Profile.objects.filter(dataset=version).select_related("version__model"):
        page = reverse("web:model-version", args=[profile.version.model_id, profile.version.number])
        yield Use(kind=_("profile of"), name=str(profile.version), url=f"{page}?tab=profiles", remedy=remedy)
