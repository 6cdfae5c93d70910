"""What a monitor's form offers: endpoints, datasets, columns, components, and how much data there is to watch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mlops.access.models import Project
from mlops.access.offered import names_offered, offers_to
from mlops.collected.reading import count_window
from mlops.components.models import Component
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.datasets.sharing import NOUN
from mlops.deployments.models import Deployment, Endpoint
from mlops.formats.monitor import MonitorSettings, Target
from mlops.formats.refusal import Refusal
from mlops.monitoring.columns import Columns, columns_of
from mlops.monitoring.sources import target_of, training_of, version_behind

DAYS = 7
FREQUENCIES = (
    ("minute", _("minutes")),
    ("hour", _("hours")),
    ("day", _("days")),
    ("week", _("weeks")),
    ("month", _("months")),
)
UNITS = (("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days")))
KIND_HELP = {
    "data_drift": _("Do the inputs look other than the baseline, column by column?"),
    "data_quality": _("More missing values, wrong types, unheard-of values, duplicates?"),
    "prediction_drift": _("Does the model answer otherwise than it used to?"),
    "model_performance": _("How right is the model, by labels that come later? Empty limits: against the baseline."),
    "estimated_performance": _("How right is it likely to be, while labels are missing?"),
    "multivariate_drift": _("One number from 0 to 1: how well a classifier tells the window from the baseline."),
    "feature_attribution_drift": _("Does the model rest on other features than it did?"),
    "custom": _("Measured by a component of the project."),
}
GROUPS = {
    "numerical": _("Limits for numbers"),
    "categorical": _("Limits for categories"),
    "metrics": _("Limits as a whole"),
}


def choices_of(project: Project, typed: Mapping[str, str]) -> dict[str, Any]:
    """Empty where what is typed so far names nothing that is there."""
    is_dataset = typed["kind"] == "dataset"
    target = Target(
        endpoint="" if is_dataset else typed["endpoint"],
        deployment="" if is_dataset else typed["deployment"],
        dataset=typed["dataset"] if is_dataset else "",
        axis=typed["axis"] if is_dataset else "",
    )
    columns = _columns(project, target, typed)
    return {
        "endpoints": list(Endpoint.objects.filter(project=project).order_by("name").values_list("name", flat=True)),
        "deployments": _deployments(project),
        "datasets": _datasets(project),
        "versions": _versions(project),
        "components": _components(project),
        "columns": columns,
        "axes": [name for name, kind in columns.types.items() if kind in ("date", "integer")] if is_dataset else [],
        "frequencies": FREQUENCIES,
        "units": UNITS,
        **(_facts_of_endpoint(project, target) if target.endpoint else {}),
    }


def _columns(project: Project, target: Target, typed: Mapping[str, str]) -> Columns:
    asked = MonitorSettings(target=target, label=typed["label"], prediction=typed["prediction"])
    try:
        return columns_of(project, asked)
    except Refusal:
        return Columns(types={}, features=())


def _deployments(project: Project) -> list[tuple[str, str]]:
    rows = Deployment.objects.filter(endpoint__project=project).order_by("endpoint__name", "name")
    return list(rows.values_list("endpoint__name", "name"))


def _datasets(project: Project) -> list[str]:
    """With those that others offer, as `OWNER/NAME`."""
    known = DatasetVersion.objects.filter(dataset__project=project, state=VersionState.READY)
    own = known.order_by("dataset__name").values_list("dataset__name", flat=True).distinct()
    return [*own, *names_offered(project, NOUN)]


def _versions(project: Project) -> list[str]:
    known = DatasetVersion.objects.filter(dataset__project=project, state=VersionState.READY)
    rows = known.order_by("dataset__name", "-number").values_list("dataset__name", "number")[:500]
    offered = DatasetVersion.objects.filter(dataset__in=offers_to(project).filter(noun=NOUN).values("thing_id"))
    ready = offered.filter(state=VersionState.READY).order_by("dataset__name", "-number")
    others = ready.values_list("dataset__project__slug", "dataset__name", "number")[:500]
    own = [f"{name}:{number}" for name, number in rows]
    return own + [f"{slug}/{name}:{number}" for slug, name, number in others]


def _components(project: Project) -> list[str]:
    return list(Component.objects.filter(project=project).order_by("name").values_list("name", flat=True)[:300])


def _facts_of_endpoint(project: Project, target: Target) -> dict[str, Any]:
    """Of the baseline, whether it is recorded; of the data, how much came lately and whether it is kept at all."""
    try:
        watched = target_of(project, target)
    except Refusal:
        return {}
    version = version_behind(watched)
    found: dict[str, Any] = {"model": version, "training": None, "days": DAYS}
    if version is not None:
        try:
            found["training"] = training_of(version)
        except Refusal as refusal:
            found["untrained"] = refusal
    if watched.endpoint is not None:
        names = (target.deployment,) if target.deployment else ()
        since = timezone.now() - timedelta(days=DAYS)
        found["counted"] = count_window(watched.endpoint, deployments=names, start=since)
        found["silent"] = [one for one in watched.deployments if not one.wanted.collection.is_enabled]
    return found
