"""Lookups of the form of a monitor."""

from __future__ import annotations

from typing import Any

from django import template

from mlops.web.pages.monitor_choices import GROUPS, KIND_HELP

register = template.Library()


@register.filter
def kind_help(kind: str) -> Any:
    return KIND_HELP.get(kind, "")


@register.filter
def group_words(group: str) -> Any:
    return GROUPS.get(group, group)
