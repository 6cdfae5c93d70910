"""Rules and measured values as sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from mlops.alerts.metrics import METRICS
from mlops.alerts.models import Rule, Source
from mlops.events.catalogue import TYPES
from mlops.events.wording import title_of
from mlops.formats.alerting import duration_of


def value_text(value: float | None, unit: str) -> str:
    """Such as `12 %`, `340 ms`, `0.31`."""
    if value is None:
        return "–"
    if unit == "share":
        return f"{100 * value:.3g} %"
    if unit == "seconds":
        return f"{value * 1000:.0f} ms" if abs(value) < 1 else f"{value:.3g} s"
    if unit == "bytes":
        return f"{value / 1e9:.3g} GB"
    if unit == "per_second":
        return _("%s a second") % f"{value:.3g}"
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e12 else f"{value:.4g}"


def comparison_words() -> dict[str, str]:
    return {
        "above": pgettext("comparison", "above"),
        "at_least": _("at least"),
        "below": pgettext("comparison", "below"),
        "at_most": _("at most"),
    }


def aggregation_words() -> dict[str, str]:
    return {
        "mean": _("on average"),
        "max": _("at its highest"),
        "min": _("at its lowest"),
        "sum": _("in sum"),
        "last": _("at last"),
    }


def type_text(pattern: str) -> str:
    """A type's title where it is one that is described, such as “Run failed”; else the pattern itself."""
    return _("“%s”") % title_of(pattern) if pattern in TYPES else pattern


def sentence(rule: Rule) -> str:
    """When it fires, such as “When the share of errors of a deployment is above 5 % for 10m”."""
    if rule.source == Source.EVENT:
        said = _("When %(types)s happens") % {"types": _(" or ").join(type_text(one) for one in rule.types)}
        about = _(" to %(subject)s") % {"subject": rule.subject} if rule.subject else ""
        lasting = _(" and is not over after %s") % duration_of(rule.for_seconds) if rule.for_seconds else ""
        return said + about + lasting
    known = METRICS.get(rule.metric)
    said = _("When %(metric)s of %(subject)s is %(comparison)s %(limit)s") % {
        "metric": known.title if known else rule.metric,
        "subject": rule.subject or (known.of if known else "*"),
        "comparison": comparison_words()[rule.comparison],
        "limit": value_text(rule.threshold, known.unit if known else "number"),
    }
    return said + (_(" for %s") % duration_of(rule.for_seconds) if rule.for_seconds else "")
