"""All that a look needs, laid out in a folder: the window's rows, the baseline's, and the order for the child."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings as studio
from django.utils.translation import gettext as _

from mlops.formats.looking import LookOrder, Rows
from mlops.formats.monitor import MonitorSettings, SignalFound, SignalSettings
from mlops.formats.refusal import Refusal
from mlops.monitoring import places
from mlops.monitoring.baselines import Baseline, baseline_of
from mlops.monitoring.columns import columns_of
from mlops.monitoring.late_labels import labelled_before
from mlops.monitoring.model_facts import ModelFacts, facts_of_model
from mlops.monitoring.models import Look, LookCause
from mlops.monitoring.names import Parts, parts_of
from mlops.monitoring.scoring import lay_out
from mlops.monitoring.sources import target_of, version_behind
from mlops.monitoring.targets import Current, current_of
from mlops.registry.models import ModelVersion

MEMORY_BYTES = 2 * 1024**3
TASKS = ("regression", "two_class", "multiclass")
NEED_PREDICTIONS = ("prediction_drift", "model_performance", "estimated_performance", "feature_attribution_drift")
ANSWER_FILE, ORDER_FILE = "answer.json", "look.json"


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """`orders`: one for each baseline; none where there is nothing to look at, because of `skipped`."""

    orders: tuple[LookOrder, ...]
    target: str
    baseline: str = ""
    rows: int = 0
    baseline_rows: int = 0
    labelled: int | None = None
    custom: tuple[tuple[SignalSettings, LookOrder], ...] = ()
    """Signals that a component measures, with where their rows are."""
    unable: tuple[SignalFound, ...] = ()
    """Signals whose own baseline has no rows."""
    skipped: str = ""
    hint: str = ""
    warnings: tuple[str, ...] = ()


def prepare(look: Look, settings: MonitorSettings, folder: Path, *, beat: Callable[[], None]) -> Prepared:
    """Raises Refusal where the data, the baseline or the model is not there."""
    project = look.monitor.project
    watched = target_of(project, settings.target)
    version = version_behind(watched)
    model = facts_of_model(version)
    current = current_of(look, settings, watched, folder / "current", beat=beat)
    if look.cause == LookCause.LABELS and current.labelled == labelled_before(look):
        nothing = _("No new label belongs to this window.")
        return Prepared(orders=(), target=current.name, rows=current.rows, skipped=nothing)
    if not current.rows:
        return Prepared(orders=(), target=current.name, skipped=current.empty, hint=current.hint)
    known = columns_of(project, settings)
    named = (name for signal in settings.signals for name in signal.features)
    wanted = tuple(dict.fromkeys((*known.features, *named))) if known.features else ()
    given: dict[str, Any] = {"label": settings.label or known.label, "classes": model.classes}
    given["apart"] = (settings.target.axis,)
    now = parts_of(current.columns, features=wanted, prediction=settings.prediction, **given)
    orders: list[LookOrder] = []
    custom: list[tuple[SignalSettings, LookOrder]] = []
    unable: list[SignalFound] = []
    warnings: list[str] = []
    baselines: list[Baseline] = []
    for place, group in enumerate(by_baseline(settings)):
        needs = any(one.kind in NEED_PREDICTIONS for one in group.signals)
        asked = version if needs and now.prediction else None
        baseline = baseline_of(look, group, watched, version, folder / f"baseline{place}", score_by=asked, beat=beat)
        baselines.append(baseline)
        if not baseline.rows:
            unable += [_without_baseline(one, baseline, current.rows) for one in group.signals]
            continue
        then = parts_of(baseline.columns, features=wanted, prediction=settings.prediction, **given)
        order = _order(group, folder, current, baseline, now, then, model, known.categorical)
        order = msgspec.structs.replace(
            order, start=look.start, end=look.end, answer=str(folder / f"{place}-{ANSWER_FILE}")
        )
        if version is not None and any(one.kind == "feature_attribution_drift" for one in group.signals):
            order = msgspec.structs.replace(order, scorer=_scorer(version, folder / f"scorer{place}"))
        custom += [(one, order) for one in group.signals if one.kind == "custom"]
        orders.append(order)
        warnings += [*baseline.warnings, *_absent(wanted, now, then)]
    names = dict.fromkeys(one.name for one in baselines)
    told = Prepared(
        orders=tuple(orders),
        target=current.name,
        baseline=", ".join(names),
        rows=current.rows,
        baseline_rows=max((one.rows for one in baselines), default=0),
        labelled=current.labelled,
        custom=tuple(custom),
        unable=tuple(unable),
        warnings=tuple(dict.fromkeys(warnings)),
    )
    if orders:
        return told
    return msgspec.structs.replace(
        told,
        skipped=_("The baseline has no rows: %(name)s.") % {"name": told.baseline},
        hint=_("Choose another baseline, or wait until there is earlier data."),
    )


def by_baseline(settings: MonitorSettings) -> list[MonitorSettings]:
    """The settings for each baseline, with the signals that are compared with it."""
    groups: list[tuple[Any, list[SignalSettings]]] = []
    for signal in settings.signals:
        baseline = signal.baseline or settings.baseline
        same = next((found for known, found in groups if known == baseline), None)
        if same is None:
            groups.append((baseline, [signal]))
        else:
            same.append(signal)
    return [
        msgspec.structs.replace(settings, baseline=baseline, signals=tuple(signals)) for baseline, signals in groups
    ]


def _without_baseline(signal: SignalSettings, baseline: Baseline, rows: int) -> SignalFound:
    reason = _("The baseline has no rows: %(name)s.") % {"name": baseline.name}
    return SignalFound(name=signal.name, kind=signal.kind, state="too_little_data", reason=reason, current_rows=rows)


def _order(
    settings: MonitorSettings,
    folder: Path,
    current: Current,
    baseline: Baseline,
    now: Parts,
    then: Parts,
    model: ModelFacts,
    categorical: frozenset[str],
) -> LookOrder:
    features = tuple(name for name in now.features if name in then.features)
    if not features:
        raise Refusal(
            "columns_differ",
            _("The window and the baseline have no column in common."),
            hint=_("Choose a baseline with the columns of what is watched."),
        )
    memory = studio.STEP_MEMORY_BYTES or MEMORY_BYTES
    return LookOrder(
        current=Rows(files=tuple(str(one) for one in current.files), columns=now.columns),
        baseline=Rows(
            files=tuple(str(one) for one in baseline.files), columns=then.columns, identity=baseline.identity
        ),
        signals=tuple(one for one in settings.signals if one.kind != "custom"),
        answer=str(folder / ANSWER_FILE),
        summaries=str(places.summaries()) if baseline.identity else "",
        features=features,
        prediction=next(iter(now.prediction), ""),
        probabilities=now.probabilities,
        label=next(iter(now.label or then.label), ""),
        task=model.task if model.task in TASKS else "",  # type: ignore[arg-type]
        positive=model.classes[1] if len(model.classes) == 2 else "",
        kinds={name: "categorical" for name in features if name in categorical},
        importances=model.importances,
        least_rows=settings.least_rows,
        most_rows=settings.most_rows,
        memory_bytes=memory,
        baseline_name=baseline.name,
        target_name=current.name,
    )


def _absent(wanted: tuple[str, ...], now: Parts, then: Parts) -> list[str]:
    found = []
    for parts, where in ((now, _("the window")), (then, _("the baseline"))):
        names = [name for name in wanted if name not in parts.features]
        if names:
            listed = ", ".join(names[:10]) + (" …" if len(names) > 10 else "")
            found.append(_("Not in %(where)s: %(names)s.") % {"where": where, "names": listed})
    return found


def _scorer(version: ModelVersion, folder: Path) -> tuple[str, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    lay_out(version, folder)
    return (sys.executable, "-m", "mlops.scoring.minibatches.once", str(folder))
