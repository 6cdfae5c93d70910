"""Replays that go on keep the model versions that they compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.bin.uses import Use
from mlops.registry.models import ModelVersion
from mlops.replays.models import Replay, ReplayState

UNDER_WAY = (ReplayState.QUEUED, ReplayState.RUNNING)


def users(versions: Sequence[ModelVersion]) -> Iterator[tuple[ModelVersion, Use]]:
    known = {version.pk: version for version in versions}
    sides = Q(before_version__in=list(known)) | Q(after_version__in=list(known))
    for one in Replay.objects.filter(sides, state__in=UNDER_WAY).select_related("endpoint"):
        use = Use(
            title=_("replay %(number)d of the endpoint “%(endpoint)s”")
            % {"number": one.number, "endpoint": one.endpoint},
            url=reverse("web:replay", args=[one.endpoint_id, one.number]),
            remedy=_("Wait for the replay's end, or cancel it."),
        )
        yield from ((known[side], use) for side in {one.before_version_id, one.after_version_id} if side in known)
