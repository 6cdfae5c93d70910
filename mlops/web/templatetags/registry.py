"""Names for people: of the component that trained a model, and of a metric."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import told

register = template.Library()


@register.filter
def component_title(name: str) -> str:
    """`linear_regression` as `Linear Regression`; a component that is gone keeps its name."""
    from mlops.blocks.catalogue import component

    try:
        return told(component(name).title)
    except Refusal:
        return str(name)


@register.filter
def step_title(title: str) -> str:
    """A step that goes by its component's name is named in the reader's language; a name of its own stays."""
    return told(title)


@register.filter
def metric_title(key: str) -> str:
    return _metrics().get(key) or str(key).replace("_", " ").capitalize()


@register.filter
def metric_short(key: str) -> str:
    """For the head of a table."""
    return SHORT.get(key) or metric_title(key)


SHORT = {
    "mean_absolute_error": "MAE",
    "root_mean_squared_error": "RMSE",
    "relative_absolute_error": "RAE",
    "relative_squared_error": "RSE",
}


def _metrics() -> dict[str, str]:
    return {
        "coefficient_of_determination": _("R²"),
        "mean_absolute_error": _("Mean absolute error"),
        "root_mean_squared_error": _("Root mean squared error"),
        "relative_absolute_error": _("Relative absolute error"),
        "relative_squared_error": _("Relative squared error"),
        "auc": _("AUC"),
        "f1_score": _("F1"),
        "macro_f1": _("F1, macro"),
        "log_loss": _("Log loss"),
    }
