"""`{% tag_filter key value %}`: the filter that finds what has this tag, ready for an address."""

from __future__ import annotations

from urllib.parse import quote

from django import template

from mlops.formats.search import tag_filter as written

register = template.Library()


@register.simple_tag
def tag_filter(key: str, value: str) -> str:
    return quote(written(key, value or None))
