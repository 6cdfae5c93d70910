"""A policy's settings as somebody gave them: read, and checked against what the project has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.blocks.measures import SMALLER_IS_BETTER
from mlops.datasets.sharing import dataset_named, names_usable
from mlops.deployments.names import checked_name as checked_endpoint
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.retraining import RetrainingSettings, What
from mlops.pipelines.models import PipelineEndpoint, PublishedPipeline
from mlops.pipelines.publishing import version_of
from mlops.pipelines.timing import fires
from mlops.registry.actions import checked_tags
from mlops.registry.names import checked_name
from mlops.registry.pointing import check_alias, check_stage
from mlops.retraining.naming import check_columns, check_datasets, check_endpoint
from mlops.retraining.parameters import expressions
from mlops.rollouts.plans import checked_plan
from mlops.tags.filters import understand

METRICS = (
    *sorted(SMALLER_IS_BETTER),
    "coefficient_of_determination", "coverage", "accuracy", "precision", "recall", "f1_score", "auc",
    "overall_accuracy", "average_accuracy", "micro_precision", "micro_recall", "macro_precision", "macro_recall",
    "macro_f1", "macro_auc", "simplified_silhouette",
)  # fmt: skip


def read_settings(given: Any) -> RetrainingSettings:
    """Raises Refusal `policy_unreadable`, naming the field and the nearest known one."""
    if isinstance(given, RetrainingSettings):
        return given
    try:
        return msgspec.convert(given, RetrainingSettings)
    except msgspec.ValidationError as error:
        place = str(error).partition("`$")[2].rstrip("`").lstrip(".") or "policy"
        why = str(error).partition(" - at")[0]
        raise Refusal(
            "policy_unreadable",
            _("The policy's “%(place)s” cannot be understood: %(why)s.") % {"place": place, "why": why},
            hint=_nearest_field(why) or _("The guide on retraining lists all fields."),
            where=Where(parameter=place),
        ) from error


def check(project: Project, settings: RetrainingSettings) -> None:
    """Raises Refusal for the first thing that does not hold, naming the nearest that would."""
    checked_name(settings.model)
    _check_what(project, settings.what)
    _check_when(project, settings)
    _check_comparison(project, settings)
    _check_then(settings)
    check_endpoint(project, settings)


def _check_what(project: Project, what: What) -> None:
    endpoint = PipelineEndpoint.objects.filter(project=project, name=what.pipeline).select_related("default").first()
    if endpoint is None:
        known = list(PipelineEndpoint.objects.filter(project=project).values_list("name", flat=True))
        raise _refused(
            "pipeline_unknown",
            _("There is no published pipeline “%(name)s” in this project.") % {"name": what.pipeline},
            nearest(what.pipeline, known) or _known(known, none=_("Publish one from the designer first.")),
            "what.pipeline",
        )
    version: PublishedPipeline | None = endpoint.default if what.version is None else version_of(endpoint, what.version)
    if version is None:
        raise _refused("version_unknown", _("“%(name)s” has no version yet.") % {"name": what.pipeline}, "", "what")
    spec = msgspec.convert(version.spec, PipelineSpec)
    derived = {name for name, _word, _rest in expressions(what)}
    for name, word, rest in expressions(what):
        if word == "newest" and dataset_named(project, rest) is None:
            known = names_usable(project)
            message = _("The parameter “%(name)s” wants the newest version of “%(dataset)s”, which is not there.")
            hint = nearest(rest, known) or _known(known, none=_("Import a dataset first."))
            raise _refused(
                "dataset_unknown", message % {"name": name, "dataset": rest}, hint, f"what.parameters.{name}"
            )
        if word == "window" and what.window is None:
            message = _("The parameter “%(name)s” wants the window of collected data, but none is saved.")
            hint = _("Name the dataset that it is saved as (what.window.dataset).")
            raise _refused("window_missing", message % {"name": name}, hint, "what.window")
    fixed = {name: value for name, value in what.parameters.items() if name not in derived}
    rest_of = {name: one for name, one in spec.parameters.items() if name not in derived}
    for name in derived - set(spec.parameters):
        fixed[name] = ""
    check_datasets(project, rest_of, fixed)
    if what.node and spec.node(what.node) is None:
        known = [node.id for node in spec.nodes]
        message = _("The pipeline “%(name)s” has no step “%(node)s”.") % {"name": what.pipeline, "node": what.node}
        raise _refused("step_not_found", message, nearest(what.node, known) or _known(known), "what.node")


def _check_when(project: Project, settings: RetrainingSettings) -> None:
    when = settings.when
    if when.schedule is not None:
        next(fires(when.schedule, after=timezone.now()), None)
    if when.on_new_version and not when.dataset:
        hint = _("Set when.dataset to its name.")
        raise _refused("dataset_missing", _("New versions of which dataset?"), hint, "when.dataset")
    if when.dataset and dataset_named(project, when.dataset) is None:
        known = names_usable(project)
        message = _("There is no dataset “%(name)s” in this project.") % {"name": when.dataset}
        raise _refused("dataset_unknown", message, nearest(when.dataset, known) or _known(known), "when.dataset")
    if when.cool_down_seconds < 0 or when.least_new_rows < 0 or when.budget_days <= 0 or (when.most_attempts or 1) < 1:
        hint = _("Times and numbers of rows are 0 or more; a budget is 1 or more.")
        raise _refused("limits_invalid", _("A limit of the triggers is out of range."), hint, "when")


def _check_comparison(project: Project, settings: RetrainingSettings) -> None:
    compare = settings.compare
    held = compare.held_out
    for criterion in compare.criteria:
        if criterion.metric not in METRICS:
            message = _("There is no metric “%(name)s”.") % {"name": criterion.metric}
            hint = nearest(criterion.metric, METRICS) or _known(METRICS)
            raise _refused("metric_unknown", message, hint, "compare.criteria")
        if criterion.margin < 0:
            hint = _("Say must_be: not_worse with the margin that it may be worse by.")
            message = _("The margin of “%(name)s” is below 0.") % {"name": criterion.metric}
            raise _refused("margin_invalid", message, hint, "compare.criteria")
    for rule in compare.slices:
        if rule.metric and rule.metric not in METRICS:
            message = _("There is no metric “%(name)s”.") % {"name": rule.metric}
            raise _refused("metric_unknown", message, nearest(rule.metric, METRICS), "compare.slices")
        if not rule.column or rule.tolerance < 0 or rule.least_rows < 2 or not 1 <= rule.most_values <= 200:
            hint = _("A slice names its column; tolerance is 0 or more, least_rows 2 or more, most_values 1 to 200.")
            raise _refused("slice_invalid", _("A rule for slices is out of range."), hint, "compare.slices")
    if held.kind == "dataset":
        if not held.dataset.strip():
            hint = _known(names_usable(project), none=_("Import a dataset first."))
            message = _("On the rows of which dataset are the models compared?")
            raise _refused("dataset_missing", message, hint, "compare.held_out.dataset")
        check_columns(project, compare)
    if held.kind == "collected" and not settings.endpoint:
        hint = _("Name the endpoint, or compare on a dataset or the run's own held-out rows.")
        raise _refused("endpoint_missing", _("Collected data of which endpoint?"), hint, "endpoint")
    if held.kind == "collected" and held.seconds <= 0:
        hint = _("Such as the last 7 days: compare.held_out.seconds is above 0.")
        message = _("A window of no length holds no collected rows to compare on.")
        raise _refused("held_out_invalid", message, hint, "compare.held_out.seconds")
    if held.least_rows < 2 or held.most_rows < held.least_rows:
        hint = _("least_rows is 2 or more, and most_rows at least as many.")
        raise _refused(
            "held_out_invalid", _("The numbers of held-out rows are out of range."), hint, "compare.held_out"
        )
    if not 0.5 <= compare.confidence < 1 or not 100 <= compare.resamples <= 100_000:
        hint = _("confidence is 0.5 to below 1, usually 0.95; resamples are 100 to 100,000.")
        raise _refused("confidence_invalid", _("The comparison's confidence is out of range."), hint, "compare")


def _check_then(settings: RetrainingSettings) -> None:
    then = settings.then
    checked_tags(then.tags)
    if then.champion_tag:
        understand(then.champion_tag, parameter="champion_tag")
    if then.alias:
        check_alias(then.alias)
    if then.stage:
        check_stage(then.stage)
    if then.do in ("rollout", "deploy"):
        if not settings.endpoint:
            hint = _("Name the endpoint, or only register the new version (then.do: register).")
            raise _refused("endpoint_missing", _("Deploy at which endpoint?"), hint, "endpoint")
        checked_endpoint(settings.endpoint, what="endpoint")
        if then.deployment:
            checked_endpoint(then.deployment.replace("{version}", "1"), what="deployment")
    checked_plan(then.plan)
    what, when = settings.what, settings.when
    if when.least_new_rows and not when.dataset and what.window is None:
        hint = _("Name the dataset (when.dataset), or save a window of collected data (what.window).")
        raise _refused("dataset_missing", _("New rows of what?"), hint, "when.least_new_rows")
    if what.window is not None and (what.window.seconds <= 0 or not what.window.dataset):
        hint = _("what.window has a dataset's name and seconds above 0.")
        raise _refused("window_invalid", _("The window of collected data is not said."), hint, "what.window")
    if what.window is not None and not settings.endpoint:
        hint = _("Name the endpoint whose requests are kept.")
        raise _refused("endpoint_missing", _("Collected data of which endpoint?"), hint, "endpoint")


def _nearest_field(why: str) -> str:
    name = why.partition("unknown field `")[2].rstrip("`")
    return nearest(name, all_fields()) if name else ""


def all_fields() -> set[str]:
    """Every name that a policy may have, at whatever place."""
    schema: Mapping[str, Any] = msgspec.json.schema(RetrainingSettings)["$defs"]
    return {name for one in schema.values() for name in one.get("properties", {})}


def _known(names: Iterable[str], *, none: str = "") -> str:
    told = ", ".join(list(names)[:20])
    return _("There are: %(names)s.") % {"names": told} if told else none


def _refused(code: str, message: str, hint: str, place: str) -> Refusal:
    return Refusal(code, message, hint=hint, where=Where(parameter=place))
