"""The window of collected data that an attempt trains on, saved as a dataset version first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from mlops.datasets.models import DatasetVersion
from mlops.formats.refusal import Refusal
from mlops.retraining.champion import endpoint_of
from mlops.retraining.models import Attempt


def save(attempt: Attempt, actor: Any, *, beat: Callable[[], None]) -> DatasetVersion | None:
    """None where it ended the attempt, because there is too little of it."""
    settings = attempt.wanted
    window, endpoint = settings.what.window, endpoint_of(attempt.policy.project, settings)
    assert window is not None
    if endpoint is None:
        message = _("The policy names no endpoint that is there, so there is no collected data.")
        raise Refusal("endpoint_missing", message, hint=_("Name the endpoint whose requests are kept."))
    raise Refusal(
        "window_unavailable",
        _("Collected data cannot be saved here yet."),
        hint=_("Use a dataset that is kept up to date, with ${{newest.DATASET}}."),
    )
