"""What was deployed at an instant, and when what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.deployments.models import Endpoint
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.lineage.models import Serving
from mlops.lineage.serving.states import Served


class EndpointThen(msgspec.Struct, frozen=True, kw_only=True):
    endpoint: str
    id: str
    project: str
    """Its short name."""
    since: datetime
    """From then on it was like this."""
    until: datetime | None
    """None: it still is."""
    because: str
    """The type of the event that made it so; empty: the regular look found it."""
    by: str
    reason: str
    is_gone_now: bool
    served: Served


class Instant(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    endpoints: tuple[EndpointThen, ...]
    unrecorded: tuple[str, ...]
    """Endpoints that were there, of a time before anything was recorded of them."""


def deployed_at(projects: Sequence[Project], at: datetime, *, endpoint: str = "") -> Instant:
    """Of the projects' endpoints, also of those that were deleted since. Raises Refusal `endpoint_unknown` for a name
    that no endpoint ever had."""
    rows = Serving.objects.filter(project__in=projects)
    if endpoint:
        rows = rows.filter(endpoint=endpoint)
        _require_known(projects, endpoint, rows.exists())
    after = Serving.objects.filter(endpoint_id=OuterRef("endpoint_id"), pk__gt=OuterRef("pk")).order_by("pk")
    newest = newest_of_each(rows.filter(at__lte=at)).annotate(until=Subquery(after.values("at")[:1]))
    newest = newest.select_related("project").order_by("project__slug", "endpoint")
    then = [row for row in newest if not row.is_gone]
    now = {one.pk for one in Endpoint.objects.filter(pk__in=[row.endpoint_id for row in then]).only("pk")}
    told = tuple(_then(row, is_gone=row.endpoint_id not in now) for row in then)
    recorded = {row.endpoint_id for row in newest}
    old = Endpoint.objects.filter(project__in=projects, created_at__lte=at).exclude(pk__in=recorded)
    old = old.filter(name=endpoint) if endpoint else old
    return Instant(at=at, endpoints=told, unrecorded=tuple(old.values_list("name", flat=True)))


def newest_of_each(rows: QuerySet[Serving]) -> QuerySet[Serving]:
    """The last of the rows of each endpoint."""
    last = rows.order_by().values("endpoint_id").annotate(last=Max("pk")).values("last")
    return Serving.objects.filter(pk__in=last)


def changes_of(projects: Sequence[Project], *, most: int = 50, before: datetime | None = None) -> list[Serving]:
    """The newest first: what the page offers as instants to look at."""
    rows = Serving.objects.filter(project__in=projects).select_related("project").defer("state")
    return list((rows.filter(at__lt=before) if before else rows).order_by("-pk")[:most])


def instant_in(text: str) -> datetime:
    """ISO 8601; without a zone, UTC. Empty: now. Raises Refusal `instant_invalid`."""
    if not text.strip():
        return timezone.now()
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
        return found if found.tzinfo else found.replace(tzinfo=timezone.get_default_timezone())
    except ValueError:
        raise Refusal(
            "instant_invalid",
            _("“%(text)s” is no time.") % {"text": text[:60]},
            hint=_("Write it such as 2026-11-01T12:00Z."),
            where=Where(parameter="time", value=text[:60]),
        ) from None


def _then(row: Any, *, is_gone: bool) -> EndpointThen:
    """`row`: a Serving with its `until`."""
    return EndpointThen(
        endpoint=row.endpoint,
        id=str(row.endpoint_id),
        project=row.project.slug,
        since=row.at,
        until=row.until,
        because=row.because,
        by=row.by,
        reason=row.reason,
        is_gone_now=is_gone,
        served=msgspec.convert(row.state, Served),
    )


def _require_known(projects: Sequence[Project], endpoint: str, is_known: Any) -> None:
    if is_known or Endpoint.objects.filter(project__in=projects, name=endpoint).exists():
        return
    names = Serving.objects.filter(project__in=projects).order_by().values_list("endpoint", flat=True).distinct()
    raise Refusal(
        "endpoint_unknown",
        _("There never was an endpoint “%(name)s” that you may see.") % {"name": endpoint[:60]},
        hint=nearest(endpoint, list(names[:500])),
        status=404,
        where=Where(parameter="endpoint", value=endpoint[:60]),
    )
