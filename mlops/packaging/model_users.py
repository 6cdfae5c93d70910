"""Conversions, profiles and images that are being made keep their model version; finished ones go with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.bin.uses import Use
from mlops.packaging.models import Conversion, ConversionState, Image, ImageState, Profile, ProfileState
from mlops.registry.models import ModelVersion


def users(versions: Sequence[ModelVersion]) -> Iterator[tuple[ModelVersion, Use]]:
    kinds: tuple[tuple[Any, Any, str, str], ...] = (
        (Conversion, ConversionState, _("a conversion of version %(number)d that is under way"), "onnx"),
        (Profile, ProfileState, _("a profile of version %(number)d that is being measured"), "profiles"),
        (Image, ImageState, _("an image of version %(number)d that is being built"), "images"),
    )
    known = {version.pk: version for version in versions}
    for kind, states, title, tab in kinds:
        rows = kind.objects.filter(version__in=list(known), state__in=(states.QUEUED, states.RUNNING))
        for one in rows.only("pk", "version"):
            version = known[one.version_id]
            page = reverse("web:model-version", args=[version.model_id, version.number])
            remedy = _("Wait for its end.")
            yield version, Use(title=title % {"number": version.number}, url=f"{page}?tab={tab}", remedy=remedy)
