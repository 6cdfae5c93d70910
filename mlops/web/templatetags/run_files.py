"""For the tree of a run's files."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def is_below(place: str, folder: str) -> bool:
    return str(place).startswith(f"{folder}/")
