"""Retraining attempts that go on keep the model versions that they compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.bin.uses import Use
from mlops.registry.models import ModelVersion
from mlops.retraining.models import LIVE, Attempt


def users(versions: Sequence[ModelVersion]) -> Iterator[tuple[ModelVersion, Use]]:
    known = {version.pk: version for version in versions}
    sides = Q(champion__in=list(known)) | Q(challenger__in=list(known))
    for one in Attempt.objects.filter(sides, stage__in=LIVE).select_related("policy"):
        use = Use(
            title=_("attempt %(number)d of the retraining “%(policy)s”") % {"number": one.number, "policy": one.policy},
            url=reverse("web:retraining-attempt", args=[one.policy_id, one.number]),
            remedy=_("Wait for the attempt's end, or cancel it."),
        )
        yield from ((known[side], use) for side in {one.champion_id, one.challenger_id} if side in known)
