"""Changes of subscriptions. Contributors of the project act, administrators for all projects."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.alerts.models import Delivery, DeliveryState, Handshake, Subscription, SubscriptionState
from mlops.alerts.signing import new_secret
from mlops.alerts.subscriptions.checking import check
from mlops.alerts.subscriptions.handing_out import BATCH, delivery_of, is_wanted, newest
from mlops.alerts.subscriptions.queries import require_may
from mlops.alerts.subscriptions.secrets import Secrets, keep_secrets, secrets_of
from mlops.alerts.subscriptions.telling import tell
from mlops.events.facts import gone, stored
from mlops.events.models import Event
from mlops.formats.refusal import Refusal, Where
from mlops.formats.subscription import SubscriptionSettings

BOTH_SECRETS = timedelta(hours=24)
"""How long a delivery is signed by the old secret as well after a rotation."""
MOST_REPLAYED = 100_000


def create(actor: Any, project: Project | None, wanted: SubscriptionSettings) -> tuple[Subscription, str]:
    """With its signing secret, which is told this once. Events from now on are delivered."""
    require_may(actor, project)
    check(wanted)
    if not wanted.url:
        raise Refusal(
            "subscription_invalid",
            _("Say where events go to."),
            hint=_("Such as https://example.org/hooks/mlops."),
            where=Where(parameter="url"),
        )
    secret = wanted.secret or ("" if wanted.envelope == "mlflow" else new_secret())
    now = timezone.now()
    row = Subscription(project=project, created_by=actor, state_since=now)
    keep_secrets(row, Secrets(url=wanted.url, secret=secret, authorization=wanted.authorization or ""))
    _fill(row, wanted, now)
    with transaction.atomic():
        _require_free(row)
        row.cursor = newest()
        row.save()
        tell(actor, row, "created")
    return row, secret


def update(actor: Any, row: Subscription, wanted: SubscriptionSettings) -> Subscription:
    """What waits is delivered by the new settings; events that were passed over stay so."""
    require_may(actor, row.project)
    check(wanted)
    with transaction.atomic():
        row = _locked(row)
        before = {field.name: getattr(row, field.name) for field in row._meta.fields}
        was = stored(row)
        kept = secrets_of(row)
        new = msgspec.structs.replace(
            kept,
            url=wanted.url or kept.url,
            secret=wanted.secret or kept.secret,
            authorization=kept.authorization if wanted.authorization is None else wanted.authorization,
        )
        if new != kept:
            keep_secrets(row, new)
        _fill(row, wanted, timezone.now(), is_moved=new.url != kept.url)
        _require_free(row)
        row.save()
        changed = sorted(name for name, value in before.items() if getattr(row, name) != value)
        changed = [name for name in changed if name not in ("updated_at", "state_since")]
        tell(actor, row, "updated", changed=changed, change=(was, stored(row)))
    return row


def pause(actor: Any, row: Subscription, *, reason: str = "") -> Subscription:
    """What happens meanwhile waits, for three days."""
    return _switch(actor, row, SubscriptionState.PAUSED, "paused", reason or _("Paused by hand."))


def resume(actor: Any, row: Subscription, *, reason: str = "") -> Subscription:
    """What waits is delivered now. Of one that was disabled, events from now on."""
    return _switch(actor, row, _first_state(row), "resumed", reason)


def rotate_secret(actor: Any, row: Subscription, *, secret: str = "", now: datetime | None = None) -> str:
    """The new secret; for a day deliveries are signed by both."""
    require_may(actor, row.project)
    now = now or timezone.now()
    made = secret or new_secret()
    with transaction.atomic():
        row = _locked(row)
        kept = secrets_of(row)
        if made == kept.secret:
            raise Refusal("secret_same", _("This is the present secret."), hint=_("Leave it empty to have one made."))
        until = now + BOTH_SECRETS
        both = msgspec.structs.replace(kept, secret=made, previous=kept.secret, previous_until=until)
        keep_secrets(row, both)
        row.save(update_fields=["sealed"])
        tell(actor, row, "secret_rotated")
    return made


def delete(actor: Any, row: Subscription, *, reason: str = "") -> None:
    """With its deliveries; those under way may still arrive."""
    require_may(actor, row.project)
    with transaction.atomic():
        tell(actor, row, "deleted", reason=reason, change=gone(row))
        row.delete()


def send_test(actor: Any, row: Subscription) -> Delivery:
    """An event of its own, past all filters; tried once. Raises Refusal `subscription_not_active`."""
    require_may(actor, row.project)
    if row.state != SubscriptionState.ACTIVE:
        raise Refusal(
            "subscription_not_active",
            _("“%(name)s” is %(state)s.") % {"name": row.name, "state": row.get_state_display().lower()},
            hint=_("Resume it first."),
            status=409,
        )
    with transaction.atomic():
        event = tell(actor, row, "tested")
        now = timezone.now()
        made = delivery_of(row, event, now=now, is_test=True)
        made.subject = f"{event.subject}/tests/{event.seq}"  # waits for nothing
        made.save()
        Subscription.objects.filter(pk=row.pk).update(retry_at=None)
    return made


def replay(
    actor: Any,
    row: Subscription,
    *,
    deliveries: Iterable[int] | None = None,
    is_dead: bool = False,
    start: datetime | None = None,
    end: datetime | None = None,
) -> int:
    """How many are sent once more: these deliveries, or all that are dead, or every event of a span that it wants,
    also from before it was made. Each keeps its `webhook-id`."""
    require_may(actor, row.project)
    now = timezone.now()
    with transaction.atomic():
        row = _locked(row)
        if start is not None or end is not None:
            count = _replay_span(row, start, end or now, now)
        else:
            rows = Delivery.objects.filter(subscription=row)
            rows = rows.filter(state=DeliveryState.DEAD) if is_dead else rows.filter(pk__in=list(deliveries or ()))
            count = _again(rows, now)
        if count:
            tell(actor, row, "replayed", count=count)
    return count


def _replay_span(row: Subscription, start: datetime | None, end: datetime, now: datetime) -> int:
    """A disabled or failing one takes them up when it is active again."""
    events = Event.objects.filter(at__lt=end, seq__lte=row.cursor).select_related("project").order_by("seq")
    if start is not None:
        events = events.filter(at__gte=start)
    if row.project_id is not None:
        events = events.filter(project=row.project)
    wanted = [event for event in events.iterator(chunk_size=BATCH) if is_wanted(row, event)][: MOST_REPLAYED + 1]
    if len(wanted) > MOST_REPLAYED:
        message = _("More than %d events would be sent once more.") % MOST_REPLAYED
        raise Refusal("too_many", message, hint=_("Choose a shorter span."), where=Where(parameter="start"))
    known = Delivery.objects.filter(subscription=row, event__in=[event.seq for event in wanted])
    seen = set(known.values_list("event_id", flat=True))
    again = _again(known, now)
    new = [delivery_of(row, event, now=now) for event in wanted if event.seq not in seen]
    Delivery.objects.bulk_create(new, ignore_conflicts=True)
    return again + len(new)


def _again(rows: Any, now: datetime) -> int:
    over = rows.filter(state__in=(DeliveryState.DEAD, DeliveryState.DELIVERED))
    return int(
        over.update(
            state=DeliveryState.WAITING,
            state_since=now,
            queued_at=now,
            next_at=now,
            attempt=0,
            reason="",
            replays=F("replays") + 1,
        )
    )


def _switch(actor: Any, row: Subscription, state: str, act: str, reason: str) -> Subscription:
    require_may(actor, row.project)
    with transaction.atomic():
        row = _locked(row)
        if row.state == state:
            return row
        was = stored(row)
        if row.state == SubscriptionState.DISABLED:
            row.cursor = newest()
        row.state, row.state_since, row.reason = state, timezone.now(), reason
        row.failures, row.failing_since, row.retry_at = 0, None, None
        row.save()
        tell(actor, row, act, reason=reason, change=(was, stored(row)))
    return row


def _first_state(row: Subscription) -> str:
    is_asked = row.handshake != Handshake.NONE
    return SubscriptionState.VALIDATING if is_asked else SubscriptionState.ACTIVE


def _fill(row: Subscription, wanted: SubscriptionSettings, now: datetime, *, is_moved: bool = False) -> None:
    is_asked_anew = str(row.handshake) != wanted.handshake or is_moved or row._state.adding
    row.name, row.description = wanted.name.strip(), wanted.description.strip()
    row.envelope, row.handshake = wanted.envelope, wanted.handshake
    row.types, row.filters = list(wanted.types), [dict(one) for one in wanted.filters]
    row.subject_begins, row.subject_ends = wanted.subject_begins_with, wanted.subject_ends_with
    row.is_case_sensitive = wanted.is_case_sensitive
    if is_asked_anew and row.state != SubscriptionState.PAUSED:
        row.state, row.state_since = _first_state(row), now
        is_validating = row.state == SubscriptionState.VALIDATING
        row.reason = _("The receiver is asked whether it wants events.") if is_validating else ""
        row.failures, row.failing_since, row.retry_at, row.trouble = 0, None, None, ""


def _require_free(row: Subscription) -> None:
    if Subscription.objects.filter(project=row.project, name=row.name).exclude(pk=row.pk).exists():
        raise Refusal(
            "name_taken",
            _("There is already a subscription “%s”.") % row.name,
            hint=_("Choose another name."),
            status=409,
            where=Where(parameter="name"),
        )


def _locked(row: Subscription) -> Subscription:
    return Subscription.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=row.pk)
