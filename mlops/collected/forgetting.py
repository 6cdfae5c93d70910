"""Asks for rows to be removed: those of a request, or with a value in a column. A worker carries it out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.collected.models import Forgetting, Part
from mlops.collected.reading import columns_of
from mlops.deployments.models import Endpoint
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.work.calls import later

IDS = ("request_id", "correlation_id")
MOST_VALUES = 1_000


def forget(actor: Any, endpoint: Endpoint, *, column: str, values: Sequence[str], why: str = "") -> Forgetting:
    """Every row, and every label of it, whose `column` has one of `values`. This cannot be undone.

    The event says the column and how many values, never the values."""
    require(actor, "collected.use", endpoint.project)
    column = _known(endpoint, column.strip())
    given = [text for value in values if (text := str(value).strip())]
    if not given or len(given) > MOST_VALUES:
        raise Refusal(
            "values_missing" if not given else "values_too_many",
            _("%(count)d values are given.") % {"count": len(given)},
            hint=_("Give from 1 to %(most)d, such as a request id.") % {"most": MOST_VALUES},
            where=Where(parameter="values"),
        )
    with transaction.atomic():
        made = Forgetting.objects.create(
            endpoint=endpoint,
            column=column,
            values=given,
            value_count=len(given),
            why=why,
            reason=_("Waits for a worker."),
            state_since=timezone.now(),
            created_by=actor,
        )
        record(
            actor,
            "mlops.collection.forget_requested",
            subject=f"endpoints/{endpoint.name}",
            project=endpoint.project,
            reason=why,
            data={"endpoint": endpoint.name, "column": column, "values": len(given)},
            notice=("collected", str(endpoint.pk)),
        )
        later("collected.forget", made.pk)
    return made


def _known(endpoint: Endpoint, column: str) -> str:
    """A column's whole name; that of an input may be given without `inputs.`."""
    if column in IDS:
        return column
    known = list(columns_of(list(Part.objects.filter(endpoint=endpoint))))
    for name in (column, f"inputs.{column}"):
        if name in known:
            return name
    raise Refusal(
        "column_unknown",
        _("“%(name)s” is no column of what “%(endpoint)s” collected.") % {"name": column, "endpoint": endpoint.name},
        hint=nearest(column, [*IDS, *known, *(name.partition(".")[2] for name in known)])
        or _("There are: %(names)s.") % {"names": ", ".join([*IDS, *known][:20])},
        where=Where(parameter="column", value=column),
    )
