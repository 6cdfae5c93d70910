"""Every measured value of a look as a row, for reports that read tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from mlops.monitoring.found import LookSummary, SignalSummary, Value
from mlops.monitoring.models import Look, LookValue

ROWS_AT_ONCE = 1_000


def keep(look: Look, summary: LookSummary) -> None:
    """Instead of those that it had."""
    LookValue.objects.filter(look=look).delete()
    LookValue.objects.bulk_create(rows_of(look, summary), batch_size=ROWS_AT_ONCE)


def rows_of(look: Look, summary: LookSummary) -> Iterator[LookValue]:
    """Of a signal's magnitude as well, under the name `magnitude`."""
    for signal in summary.signals:
        for one in (*_magnitude(signal), *signal.values):
            yield LookValue(
                look=look,
                signal=signal.name[:120],
                kind=signal.kind[:60],
                segment=signal.segment[:300],
                feature=one.feature[:300],
                metric=one.metric[:120],
                value=_finite(one.value),
                threshold=_finite(one.threshold),
                low=_finite(one.low),
                high=_finite(one.high),
                is_alarm=one.is_alarm,
            )


def _magnitude(signal: SignalSummary) -> Iterable[Value]:
    if signal.magnitude is None:
        return ()
    is_alarm = signal.state == "alarm"
    return (Value(metric="magnitude", value=signal.magnitude, threshold=signal.threshold, is_alarm=is_alarm),)


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
