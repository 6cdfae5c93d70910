"""Whether the chain is whole, kept in mind so that a look costs only what came since the one before.

Once a day all of it is read anew, for what was proved yesterday may have been changed since."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from mlops.events.chain import GENESIS, digest, record
from mlops.events.models import ChainCheck, ChainHead, Event
from mlops.events.queries import newest_seq
from mlops.work.calls import every

A_DAY = timedelta(days=1)


@every(3600, "events.check_chain")
def look() -> None:
    known = last_check()
    check(whole=known is None or known.whole_at is None or known.whole_at < timezone.now() - A_DAY)


def last_check() -> ChainCheck | None:
    return ChainCheck.objects.filter(pk=1).first()


def check(*, whole: bool) -> ChainCheck:
    """From the last event that was proved on, or `whole` from the first. A break stays told until a whole look."""
    before = last_check()
    if before is None or before.broken_at or whole:
        before = ChainCheck(pk=1, whole_at=before.whole_at if before else None)
        whole = True
    seq, previous, count = before.seq, before.hash or GENESIS, before.events
    with transaction.atomic():
        locked = ChainHead.objects.select_for_update().filter(pk=1).first()  # nothing is appended meanwhile
        head = locked.hash if locked else GENESIS
        last = newest_seq()
    broken: int | None = None
    for event in Event.objects.filter(seq__gt=seq, seq__lte=last).order_by("seq").iterator():
        if event.previous_hash != previous or event.hash != digest(event):
            broken = event.seq
            break
        seq, previous, count = event.seq, event.hash, count + 1
    if broken is None and previous != head:
        broken = seq + 1
    now = timezone.now()
    found = ChainCheck(
        pk=1, seq=seq, hash=previous, events=count, at=now, whole_at=now if whole else before.whole_at, broken_at=broken
    )
    found.save()
    if broken is not None and (before_broken := _told_break()) != broken:
        data = {"sequence": broken, "proved": count, "before": before_broken or 0}
        record(None, "mlops.audit.broken", subject=f"audit/{broken}", data=data)
    return found


def _told_break() -> int | None:
    """The break that was told last."""
    told = Event.objects.filter(type="mlops.audit.broken").order_by("-seq").first()
    return int(told.data["sequence"]) if told else None
