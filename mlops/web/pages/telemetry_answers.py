"""What two deployments answered and were asked, as charts: a distribution of each column that was collected of both."""

from __future__ import annotations

from mlops.formats.monitor import FeatureFound, MonitorFound, SignalFound
from mlops.telemetry.models import AnswerComparison
from mlops.web.charts import Chart
from mlops.web.pages.monitor_charts import distribution

MOST = 8
"""Charts of one signal; the table names all columns."""

Answers = list[tuple[SignalFound, list[tuple[FeatureFound, Chart]]]]


def answers_of(found: MonitorFound, row: AnswerComparison) -> Answers:
    """The answers first, then the inputs; of each the columns that differ most."""
    names = (row.first, row.second)
    return [
        (
            signal,
            [
                (feature, distribution(feature, key=f"{signal.name}-{place}", names=names))
                for place, feature in enumerate(signal.features[:MOST])
                if feature.baseline and feature.current
            ],
        )
        for signal in found.signals
    ]
