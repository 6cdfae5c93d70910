"""What was collected, in numbers: by day and deployment, with state, lag and size; no file is read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Max, Min, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.collected.models import Forgetting, Intake, LabelPost, Part, PartKind, Refresh, SavedWindow
from mlops.collected.reading import columns_of
from mlops.deployments.models import Deployment, Endpoint
from mlops.deployments.queries import deployments_of
from mlops.formats.refusal import Refusal

SHOWN_ROWS = 20


class Day(msgspec.Struct, frozen=True, kw_only=True):
    day: date
    deployment: str
    rows: int
    requests: int
    size_bytes: int


class Collecting(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment: what it collects and how that goes."""

    deployment: str
    state: str
    reason: str
    hint: str
    since: datetime | None
    rows: int = 0
    size_bytes: int = 0
    last_row_at: datetime | None = None
    lag_seconds: float | None = None
    dropped: int = 0
    settings: dict[str, Any] | None = None
    """formats.collection.CollectionSettings; None where the deployment was removed."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    rows: int
    requests: int
    labels: int
    size_bytes: int
    first_at: datetime | None
    last_at: datetime | None
    columns: dict[str, str]
    """Name to boolean, integer, decimal, date or string."""
    deployments: tuple[Collecting, ...]
    days: tuple[Day, ...]


def summary(endpoint: Endpoint, *, days: int = 90) -> Summary:
    """Totals are of all that is kept; `days` of the last ones."""
    parts = Part.objects.filter(endpoint=endpoint)
    rows, labels = (parts.filter(kind=kind) for kind in (PartKind.ROWS, PartKind.LABELS))
    total = rows.aggregate(
        rows=Sum("row_count"), requests=Sum("request_count"), first=Min("first_at"), last=Max("last_at")
    )
    return Summary(
        rows=total["rows"] or 0,
        requests=total["requests"] or 0,
        labels=labels.aggregate(rows=Sum("row_count"))["rows"] or 0,
        size_bytes=parts.aggregate(size=Sum("size_bytes"))["size"] or 0,
        first_at=total["first"],
        last_at=total["last"],
        columns=columns_of(list(parts.only("columns"))),
        deployments=collecting(endpoint),
        days=by_day(endpoint, since=(timezone.now() - timedelta(days=days)).astimezone(UTC).date()),
    )


def by_day(endpoint: Endpoint, *, since: date) -> tuple[Day, ...]:
    found = Part.objects.filter(endpoint=endpoint, kind=PartKind.ROWS, day__gte=since).order_by("day", "deployment")
    sums = found.values("day", "deployment").annotate(
        rows=Sum("row_count"), requests=Sum("request_count"), size_bytes=Sum("size_bytes")
    )
    return tuple(Day(**one) for one in sums)


def collecting(endpoint: Endpoint) -> tuple[Collecting, ...]:
    """Of each deployment there is, then of those that were removed and left rows."""
    kept = Part.objects.filter(endpoint=endpoint, kind=PartKind.ROWS).order_by().values("deployment")
    sums: dict[str, dict[str, Any]] = {
        one["deployment"]: dict(one) for one in kept.annotate(rows=Sum("row_count"), size=Sum("size_bytes"))
    }
    intakes = {one.deployment_id: one for one in Intake.objects.filter(endpoint=endpoint)}
    found = [_of(one, intakes.get(one.pk), sums.get(one.name, {})) for one in deployments_of(endpoint)]
    present = {one.deployment for one in found}
    gone = [name for name in sums if name not in present]
    return (*found, *(_removed(name, sums[name]) for name in sorted(gone)))


def recent_rows(endpoint: Endpoint, *, deployment: str = "", most: int = SHOWN_ROWS) -> list[dict[str, Any]]:
    """The last rows that were taken in, newest first, each with its deployment."""
    intakes = Intake.objects.filter(endpoint=endpoint)
    if deployment:
        intakes = intakes.filter(deployment=deployment)
    rows = [{"deployment": one.deployment, **row} for one in intakes for row in one.recent]
    return sorted(rows, key=lambda row: (row["at"], row["row"]), reverse=True)[: max(0, most)]


def saved_window(endpoint: Endpoint, pk: Any) -> SavedWindow:
    found: SavedWindow = _one(SavedWindow.objects.filter(endpoint=endpoint), pk, "saved window")
    return found


def forgetting(endpoint: Endpoint, pk: Any) -> Forgetting:
    found: Forgetting = _one(Forgetting.objects.filter(endpoint=endpoint), pk, "removal")
    return found


def refresh_of(endpoint: Endpoint, pk: Any) -> Refresh:
    found: Refresh = _one(Refresh.objects.filter(endpoint=endpoint), pk, "refresh")
    return found


def label_posts(endpoint: Endpoint) -> Any:
    return LabelPost.objects.filter(endpoint=endpoint).select_related("created_by").defer("pending")


def _one(rows: Any, pk: Any, what: str) -> Any:
    found = rows.select_related("endpoint__project", "created_by").filter(pk=pk).first()
    if found is None:
        raise Refusal("not_found", _("This endpoint has no such %(what)s.") % {"what": what}, status=404)
    return found


def _of(deployment: Deployment, intake: Intake | None, sums: dict[str, Any]) -> Collecting:
    settings = deployment.wanted.collection
    usual = {"state": "off", "reason": "Data collection is off.", "hint": "", "since": None}
    if settings.is_enabled and intake is None:
        usual |= {"state": "waiting", "reason": "A worker will look at it within seconds."}
    told = usual if intake is None else _told(intake)
    return Collecting(
        deployment=deployment.name,
        rows=sums.get("rows") or 0,
        size_bytes=sums.get("size") or 0,
        settings=msgspec.to_builtins(settings),
        **told,
    )


def _told(intake: Intake) -> dict[str, Any]:
    return {
        "state": intake.state,
        "reason": intake.reason,
        "hint": intake.hint,
        "since": intake.state_since,
        "last_row_at": intake.last_row_at,
        "lag_seconds": intake.lag_seconds,
        "dropped": intake.dropped,
    }


def _removed(name: str, sums: dict[str, Any]) -> Collecting:
    return Collecting(
        deployment=name,
        state="removed",
        reason=_("The deployment was removed; its rows stay as long as it kept them."),
        hint="",
        since=None,
        rows=sums["rows"] or 0,
        size_bytes=sums["size"] or 0,
    )
