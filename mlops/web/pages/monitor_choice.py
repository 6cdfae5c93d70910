"""What of a monitor is shown: one look, one signal (of one segment), one feature and one metric, by the address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.http import QueryDict
from django.utils.translation import gettext as _

from mlops.formats.monitor import FeatureFound, MonitorFound, SignalFound
from mlops.formats.refusal import Refusal, nearest
from mlops.monitoring.models import Look, LookState, Monitor
from mlops.monitoring.queries import found_by, look_of
from mlops.web.pages.monitor_lines import leading

PERFORMANCE = ("model_performance", "estimated_performance")


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    look: Look | None
    found: MonitorFound | None
    signal: SignalFound | None
    feature: FeatureFound | None
    metric: str
    """Of the feature, or of the signal as a whole where it has no features."""

    @property
    def key(self) -> tuple[str, str]:
        return (self.signal.name, self.signal.segment) if self.signal else ("", "")

    @property
    def metrics(self) -> list[str]:
        """Those to choose from."""
        measured = self.feature.measured if self.feature else self.signal.measured if self.signal else ()
        return list(dict.fromkeys(one.metric for one in measured))


def choice_of(monitor: Monitor, asked: QueryDict) -> Choice:
    """Without a word about it: the last completed look, its leading signal, the most contributing feature and the
    metric nearest to its limit. Raises Refusal where something is asked for that is not there."""
    look = _look(monitor, asked.get("look", ""))
    found = found_by(look) if look else None
    if found is None or not found.signals:
        return Choice(look=look, found=found, signal=None, feature=None, metric="")
    signal = _signal(found.signals, asked.get("signal", ""), asked.get("segment", ""))
    feature = _feature(signal.features, asked.get("feature", ""))
    measured = feature.measured if feature else signal.measured
    metric = _named(asked.get("metric", ""), [one.metric for one in measured])
    if not metric:
        metric = max(measured, key=_closeness).metric if measured else ""
    return Choice(look=look, found=found, signal=signal, feature=feature, metric=metric)


def _look(monitor: Monitor, number: str) -> Look | None:
    if number:
        if not number.isdecimal():
            raise Refusal("not_found", _("“%s” is no look.") % number, hint=_("Looks are numbered."), status=404)
        return look_of(monitor, int(number))
    done = Look.objects.filter(monitor=monitor, state=LookState.COMPLETED)
    return done.select_related("monitor__project", "created_by").order_by("-end", "-number").first()


def _signal(signals: Sequence[SignalFound], name: str, segment: str) -> SignalFound:
    if not name:
        return leading(signals) or signals[0]
    same = [one for one in signals if one.name == name]
    found = next((one for one in same if one.segment == segment), None)
    if found is None:
        known = [one.segment for one in same] if same else [one.name for one in signals]
        message = _("This look has no segment “%s” of that signal.") if same else _("This look has no signal “%s”.")
        wanted = segment if same else name
        hint = nearest(wanted, known) or _("There are: %s.") % ", ".join(one or _("all rows") for one in known)
        raise Refusal("not_found", message % wanted, hint=hint, status=404)
    return found


def _feature(features: Sequence[FeatureFound], name: str) -> FeatureFound | None:
    wanted = _named(name, [one.feature for one in features])
    return next((one for one in features if one.feature == wanted), features[0] if features else None)


def _named(name: str, known: Iterable[str]) -> str:
    """Empty where it is not there: another signal was chosen meanwhile."""
    return name if name in list(known) else ""


def _closeness(one: Any) -> float:
    if one.value is None or not one.threshold:
        return -1.0
    return float(one.value / one.threshold if one.larger_is_worse else one.threshold / max(one.value, 1e-9))
