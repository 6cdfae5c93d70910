"""Filters as questions about what somebody may not read: who may not see the answer must not learn it by a filter."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from mlops.tags.searching.found import asks_for
from mlops.tags.searching.searchable import Searchable


def asks_about(asked: Mapping[str, Any], fields: Searchable, columns: Collection[str]) -> bool:
    """Whether the filter or the order of a list (`filter`, `order_by`) speaks of one of these columns."""
    text, order = str(asked.get("filter", "")), str(asked.get("order_by", ""))
    return any(column in order or asks_for(text, fields, column) for column in columns)
