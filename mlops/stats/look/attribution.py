"""Feature-attribution drift: which features predictions rest on. An alarm where their order agrees less with the
baseline's than the limit says, and less than chance explains."""

from __future__ import annotations

from typing import Any

from mlops.formats.monitor import FeatureFound, Measured, SignalFound, SignalSettings
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.stats.attribution.agreement import least_by_chance, normalized_discounted_cumulative_gain, shares
from mlops.stats.look.attributing import Attributed, attributed
from mlops.stats.look.scene import Scene, Tell
from mlops.stats.multivariate.matrix import why_left_out

NDCG = "normalized_discounted_cumulative_gain"
ATTRIBUTION = "attribution"
USUAL = 0.9


def feature_attribution_drift(scene: Scene, settings: SignalSettings, told: Tell) -> SignalFound:
    names = tuple(name for name in scene.wanted(settings) if not why_left_out(scene.baseline_column(name)))
    if not names:
        raise Refusal("no_features", _("There is no feature to explain predictions by."), hint=_("Name the features."))
    told(_("the baseline's attributions"))
    baseline = attributed(scene, scene.baseline, names, seed=scene.order.seed)
    told(_("the window's attributions"))
    current = attributed(scene, scene.current, names, seed=scene.order.seed + 1)
    told(_("what chance explains"))
    likely = least_by_chance(baseline.agreements(scene), settings.false_alarm_rate / scene.parts)
    return _found(scene, settings, baseline, current, likely)


def _found(
    scene: Scene, settings: SignalSettings, baseline: Attributed, current: Attributed, likely: float
) -> SignalFound:
    before, now = shares(baseline.sizes), shares(current.sizes)
    value = normalized_discounted_cumulative_gain(before, now)
    limit = settings.metrics.get(NDCG, USUAL)
    is_chance = value >= likely
    is_alarm = value < limit and not is_chance
    ranked = sorted(range(len(baseline.names)), key=lambda place: -abs(now[place] - before[place]))
    moved: Any = 0.0 if is_chance else shares(abs(now - before))
    names = baseline.names
    said = f"Agreement of the features' order {value:.3f}, limit {limit:.3f}"
    if value < limit and is_chance:
        said += ": no less than chance explains"
    return SignalFound(
        name=settings.name,
        kind=settings.kind,
        state="alarm" if is_alarm else "fine",
        reason=_("%(said)s. Most moved: %(names)s.")
        % {"said": said, "names": ", ".join(names[place] for place in ranked[:3])},
        magnitude=value,
        threshold=limit,
        features=tuple(
            FeatureFound(
                feature=names[place],
                kind=scene.baseline_column(names[place]).kind,
                measured=(Measured(metric=ATTRIBUTION, value=float(now[place]), baseline=float(before[place])),),
                contribution=0.0 if is_chance else float(moved[place]),
            )
            for place in ranked
        ),
        measured=(
            Measured(metric=NDCG, value=value, threshold=limit, larger_is_worse=False, is_alarm=is_alarm, baseline=1.0),
        ),
    )
