"""The trials of a sweep as plots: parallel coordinates, and the metric over one hyperparameter."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.execution.sweeps.shown import SweepShown, TrialShown
from mlops.web.charts.chart import Chart, Series
from mlops.web.charts.parallel import Line, parallel_figure, shades


def coordinates(sweep: SweepShown) -> dict[str, object]:
    """Every hyperparameter, then the primary metric; the better a trial, the stronger its line."""
    metric = sweep.plan.objective.primary_metric
    names = [*sweep.plan.space, metric]
    toned = shades([one.score for one in sweep.trials], most_is_best=sweep.plan.objective.goal == "maximize")
    lines = [
        Line(
            name=_("Trial %(number)d") % {"number": one.number},
            values=(*(one.values.get(name) for name in sweep.plan.space), one.score),
            shade=shade,
            is_best=one.is_best,
            link=_link(one),
        )
        for one, shade in zip(sweep.trials, toned, strict=True)
    ]
    return parallel_figure(names, lines)


def over(sweep: SweepShown, name: str) -> Chart:
    """The metric of each trial over one hyperparameter."""
    metric = sweep.plan.objective.primary_metric
    groups = {
        _("Completed"): [one for one in sweep.trials if one.score is not None and not one.stopped_early],
        _("Stopped early"): [one for one in sweep.trials if one.score is not None and one.stopped_early],
        _("The best"): [one for one in sweep.trials if one.is_best],
    }
    return Chart(
        key=f"over-{name}",
        title=name,
        x_title=name,
        y_title=metric,
        by_values=True,
        series=tuple(
            Series(
                name=label,
                x=tuple(_plain(one.values.get(name)) for one in found),
                y=tuple(one.score for one in found),
                shape="points",
                tone="warn" if label == _("Stopped early") else "good" if label == _("The best") else "",
                is_ring=label == _("The best"),
                links=tuple(_link(one) for one in found),
            )
            for label, found in groups.items()
            if found
        ),
    )


def _link(trial: TrialShown) -> str:
    return reverse("web:run", args=[trial.run])


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | str) and not isinstance(value, bool) else str(value)
