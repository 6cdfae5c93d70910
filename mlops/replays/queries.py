"""Reading replays."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.deployments.models import Endpoint
from mlops.formats.refusal import Refusal
from mlops.replays.models import Replay


def replays_of(endpoint: Endpoint) -> QuerySet[Replay]:
    return Replay.objects.filter(endpoint=endpoint).select_related("created_by", "endpoint__project")


def replay_of(endpoint: Endpoint, wanted: Any) -> Replay:
    """By number or id. Raises Refusal `not_found`."""
    rows = replays_of(endpoint)
    text = str(wanted)
    found = rows.filter(number=int(text)).first() if text.isdecimal() else None
    if found is None and _is_id(text):
        found = rows.filter(pk=text).first()
    if found is None:
        raise Refusal("not_found", _("This endpoint has no replay “%(wanted)s”.") % {"wanted": text}, status=404)
    return found


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
