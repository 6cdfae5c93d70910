"""`{% stage attempt %}`: where an attempt stands, why and since when."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from mlops.formats.evidence import MetricFound
from mlops.retraining.models import Attempt
from mlops.web.pages.retraining_words import OUTCOMES, TRIGGERS, look_of
from mlops.web.retraining_figures import differences_figure
from mlops.web.templatetags.studio import state

register = template.Library()


@register.simple_tag
def stage(attempt: Attempt, *, alone: bool = False) -> SafeString:
    """`alone`: without the reason."""
    reason = "" if alone else attempt.reason
    since = None if alone else attempt.state_since
    return state(look_of(attempt), reason, since, attempt.get_stage_display())


@register.filter
def outcome_words(outcome: str) -> str:
    return str(OUTCOMES.get(outcome, outcome))


@register.filter
def trigger_words(kind: str) -> str:
    return str(TRIGGERS.get(kind, kind))


@register.filter
def differences(found: MetricFound) -> str:
    return differences_figure(found)
