"""Filters as questions about what somebody may not read: who may not see the answer must not learn it by a filter."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from mlops.tags.searching.found import asks_for
from mlops.tags.searching.searchable import Searchable


def asks_about(asked: Mapping[str, Any], fields: Searchable, columns: Collection[str]) -> bool:
    """Whether the filter, the tags or the order of a list (`filter`, `tag`, `order_by`) speak of one of these columns.
    One that ends with a point is how keys of tags begin."""
    return any(_is_tag_asked(asked, one) if one.endswith(".") else _is_asked(asked, fields, one) for one in columns)


def _is_asked(asked: Mapping[str, Any], fields: Searchable, column: str) -> bool:
    return column in str(asked.get("order_by", "")) or asks_for(str(asked.get("filter", "")), fields, column)


def _is_tag_asked(asked: Mapping[str, Any], beginning: str) -> bool:
    tags = asked.getlist("tag") if hasattr(asked, "getlist") else [asked.get("tag", "")]
    return any(beginning in str(text).lower() for text in (asked.get("filter", ""), asked.get("order_by", ""), *tags))
