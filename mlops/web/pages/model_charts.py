"""A model's metrics over its versions, a chart each."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.registry.models import ModelVersion, Stage
from mlops.web.charts import Chart, Series
from mlops.web.templatetags.registry import metric_title

MOST_CHARTS = 6
LEAST_POINTS = 2


def charts_over(versions: Sequence[ModelVersion], aliases: dict[object, list[str]]) -> list[Chart]:
    """Of metrics that at least two versions have, those of the newest first; `aliases` by primary key."""
    ordered = sorted(versions, key=lambda one: one.number)
    keys = dict.fromkeys(key for one in reversed(ordered) for key in one.metrics)
    charts = [_chart(key, [one for one in ordered if one.metrics.get(key) is not None], aliases) for key in keys]
    return [chart for chart in charts if len(chart.series[0].x) >= LEAST_POINTS][:MOST_CHARTS]


def _chart(key: str, versions: Sequence[ModelVersion], aliases: dict[object, list[str]]) -> Chart:
    series = Series(
        name=str(metric_title(key)),
        x=tuple(one.number for one in versions),
        y=tuple(one.metrics[key] for one in versions),
        links=tuple(reverse("web:model-version", args=[one.model_id, one.number]) for one in versions),
        notes=tuple(_note(one, aliases) for one in versions),
    )
    title = _("%(metric)s over versions") % {"metric": metric_title(key)}
    name, version = f"metric-{key}", _("Version")
    return Chart(key=name, title=title, series=(series,), x_title=version, y_title=key, by_values=True)


def _note(version: ModelVersion, aliases: dict[object, list[str]]) -> str:
    told = [f"@{name}" for name in aliases.get(version.pk, ())]
    if version.stage != Stage.NONE:
        told.append(str(version.get_stage_display()))
    return ", ".join(told)
