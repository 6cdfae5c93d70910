"""Causes of a look's alarms, ranked, each with its evidence: versions of upstream datasets that moved the same columns,
changes of what serves, and what the columns themselves show."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazily

from mlops.formats.monitor import FeatureFound, MonitorFound, SignalFound
from mlops.lineage.dataset_causes import dataset_causes
from mlops.lineage.serving_causes import serving_causes
from mlops.lineage.symptoms import symptom_of
from mlops.monitoring.models import Look, LookState
from mlops.monitoring.queries import found_by

MOST_COLUMNS, MOST_CAUSES, PAST_LOOKS = 10, 12, 8
LEAST_SHARE = 0.03
OF_COLUMNS = ("data_drift", "prediction_drift", "multivariate_drift", "data_quality")
TITLES = {
    "missing": lazily("Values of “%(column)s” are missing"),
    "stuck": lazily("“%(column)s” is stuck"),
    "unit": lazily("The unit of “%(column)s” may have changed"),
    "new_values": lazily("“%(column)s” has new values"),
    "gradual": lazily("“%(column)s” changed slowly"),
    "sudden": lazily("“%(column)s” changed where it comes from"),
}


class Cause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`score`, 0-1, ranks: the columns' share in the drift times how much of it the cause explains."""

    kind: Literal["dataset", "serving", "column", "relation"]
    title: str
    score: float
    evidence: tuple[str, ...]
    columns: tuple[str, ...] = ()
    dataset: str = ""
    """`name:version` that moved."""
    at: datetime | None = None
    """When it happened."""
    by: str = ""
    """Who did it."""
    url: str = ""


def causes_of(look: Look) -> tuple[Cause, ...]:
    """The most likely first; none where the look raised no alarm of columns."""
    found = found_by(look)
    if found is None:
        return ()
    features = drifted(found)
    causes: list[Cause] = [Cause(**one) for one in dataset_causes(look, features)]
    explained = {column for cause in causes for column in cause.columns}
    causes += [Cause(**one) for one in serving_causes(look, _signals(found))]
    within = _within_limits(found)
    for feature, share in features:
        if share < LEAST_SHARE or feature.feature in within:
            continue
        causes.append(_of_column(feature, share, look, is_explained=feature.feature in explained))
    causes += _of_relation(found)
    causes.sort(key=lambda cause: -cause.score)
    return tuple(causes[:MOST_CAUSES])


def drifted(found: MonitorFound) -> list[tuple[FeatureFound, float]]:
    """Columns with an alarm, or that contribute to one of all columns together, with their share in it; the largest
    first."""
    known: dict[str, tuple[FeatureFound, float]] = {}
    for signal in found.signals:
        if signal.kind not in OF_COLUMNS or signal.state != "alarm" or signal.segment:
            continue
        for feature in signal.features:
            is_alarm = any(measured.is_alarm for measured in feature.measured)
            if not is_alarm and signal.kind != "multivariate_drift":
                continue
            share = max(feature.contribution, 0.05 if is_alarm else 0.0)
            has_more = feature.current is not None or feature.feature not in known
            if share > 0 and has_more and share > known.get(feature.feature, (feature, 0.0))[1]:
                known[feature.feature] = (feature, share)
    return sorted(known.values(), key=lambda pair: -pair[1])[:MOST_COLUMNS]


def _within_limits(found: MonitorFound) -> set[str]:
    """Columns that were held against a limit, and passed none."""
    whole = [signal for signal in found.signals if signal.kind in OF_COLUMNS and not signal.segment]
    features = [feature for signal in whole for feature in signal.features]
    judged = {one.feature for one in features if any(measured.threshold is not None for measured in one.measured)}
    return judged - {one.feature for one in features if any(measured.is_alarm for measured in one.measured)}


def _of_column(feature: FeatureFound, share: float, look: Look, *, is_explained: bool) -> Cause:
    told = symptom_of(feature, _past(look, feature.feature))
    evidence = [told.text]
    for measured in feature.measured[:1]:
        if measured.value is not None and measured.threshold is not None:
            evidence.append(
                _("%(metric)s %(value).3g, limit %(limit).3g")
                % {"metric": measured.metric, "value": measured.value, "limit": measured.threshold}
            )
    return Cause(
        kind="column",
        title=TITLES[told.symptom] % {"column": feature.feature},
        score=share * told.weight * (0.5 if is_explained else 1.0),
        evidence=tuple(evidence),
        columns=(feature.feature,),
        at=look.start,
    )


def _of_relation(found: MonitorFound) -> list[Cause]:
    """Columns together, or predictions, changed while no column did alone."""
    states = {signal.kind: signal for signal in found.signals if not signal.segment}
    columns = states.get("data_drift")
    if columns is None or columns.state != "fine":
        return []
    together, performance = states.get("multivariate_drift"), states.get("model_performance")
    if together is not None and together.state == "alarm":
        names = tuple(feature.feature for feature in together.features[:3])
        title = _("Columns changed together, though none did alone")
        return [
            Cause(kind="relation", title=title, score=0.6, evidence=(together.reason, columns.reason), columns=names)
        ]
    if performance is not None and performance.state == "alarm":
        title = _("What the columns mean for the truth has changed")
        return [Cause(kind="relation", title=title, score=0.6, evidence=(performance.reason, columns.reason))]
    return []


def _signals(found: MonitorFound) -> list[SignalFound]:
    return [signal for signal in found.signals if signal.state == "alarm"]


def _past(look: Look, column: str) -> list[float]:
    """The first measure of the column in the looks before, the oldest first."""
    rows = Look.objects.filter(monitor=look.monitor_id, state=LookState.COMPLETED, end__lt=look.end)
    summaries = rows.order_by("-end", "-number").values_list("summary", flat=True)[:PAST_LOOKS]
    values = [_value(summary, column) for summary in summaries]
    return [value for value in reversed(values) if value is not None]


def _value(summary: Any, column: str) -> float | None:
    for signal in (summary or {}).get("signals", []):
        for value in signal.get("values", []):
            if value.get("feature") == column and value.get("value") is not None:
                return float(value["value"])
    return None
