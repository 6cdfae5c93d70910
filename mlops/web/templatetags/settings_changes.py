"""A change of settings in a template: its name, and its value before and after."""

from __future__ import annotations

from django import template

from mlops.deployments.revisions import Change
from mlops.web import settings_words

register = template.Library()


@register.filter
def change_name(change: Change) -> str:
    return settings_words.label(change.field)


@register.filter
def change_before(change: Change) -> str:
    return settings_words.value(change, change.before)


@register.filter
def change_after(change: Change) -> str:
    return settings_words.value(change, change.after)
