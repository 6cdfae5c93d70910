"""How often one may ask: counted in this process, over a window that slides, without a look at the database.

For REST by person and by address (MLOPS_RATE_PERSON, MLOPS_RATE_ADDRESS: a minute and web process; 0: any), and
for pages that cost much or send mail. The short way of MLflow's metrics does not come by here."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.throttling import BaseThrottle

from mlops.formats.refusal import Refusal

MOST_KEYS = 20_000
_asked: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
_lock = threading.Lock()


def wait_of(what: str, who: str, *, most: int, seconds: float) -> float:
    """Counts one request and returns 0, or the seconds to wait where there were `most` already. `most` 0: never."""
    if not most:
        return 0.0
    now = time.monotonic()
    with _lock:
        times = _asked.setdefault((what, who), deque())
        _asked.move_to_end((what, who))
        if len(_asked) > MOST_KEYS:
            _asked.popitem(last=False)
        while times and times[0] <= now - seconds:
            times.popleft()
        if len(times) >= most:
            return times[0] + seconds - now
        times.append(now)
    return 0.0


def require_slow(what: str, who: str, *, most: int, seconds: float = 60) -> None:
    """Raises Refusal `too_many_requests` (429, with `retry_after`)."""
    wait = wait_of(what, who, most=most, seconds=seconds)
    if not wait:
        return
    whole = max(1, math.ceil(wait))
    refusal = Refusal(
        "too_many_requests",
        _("These are too many requests in a short time."),
        hint=_("Try again in %(seconds)d seconds.") % {"seconds": whole},
        status=429,
    )
    refusal.retry_after = whole
    raise refusal


def forget() -> None:
    with _lock:
        _asked.clear()


class Pace(BaseThrottle):
    """Of every REST view, after it is known who asks."""

    def allow_request(self, request: Any, view: Any) -> bool:
        if settings.RATE_PERSON and request.user.is_authenticated:
            require_slow("person", str(request.user.pk), most=settings.RATE_PERSON)
        return True
