"""Applies a filter to a queryset: what is found, and what was understood."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Generic, TypeVar

import msgspec
from django.db.models import Model, QuerySet
from django.utils import timezone

from mlops.formats.search import (
    And,
    Compare,
    Has,
    Name,
    Node,
    Not,
    Note,
    Or,
    Query,
    SearchFault,
    Text,
    Vocabulary,
    Words,
    parse,
    tag_filter,
    written,
)
from mlops.tags.filters import TagFilter, understand
from mlops.tags.searching.conditions import Conditions
from mlops.tags.searching.searchable import Searchable
from mlops.tags.searching.wording import sentence

M = TypeVar("M", bound=Model)


class Found(msgspec.Struct, Generic[M], frozen=True, kw_only=True):
    queryset: QuerySet[M]
    query: Query
    understood: str = ""
    """A sentence; empty where nothing was asked for."""
    said: tuple[str, ...] = ()
    """Each condition as it would be typed."""
    warnings: tuple[Note, ...] = ()


def search(
    queryset: QuerySet[M],
    text: str,
    fields: Searchable,
    *,
    actor: Any = None,
    tags: Iterable[str] = (),
    words: str = "",
    strict: bool = False,
) -> Found[M]:
    """What fits the filter, and each of `tags` (taken verbatim, as `TagName=TagValue` or a key), and the `words`.

    Raises SearchFault, or Refusal `tag_filter_empty`."""
    now = timezone.localtime()
    query = parse(text, fields.vocabulary(strict=strict), now=now)
    more: list[Node] = [as_node(understand(tag)) for tag in tags if tag.strip()]
    more += [Words(text=word) for word in words.split()]
    parts = [*([query.root] if query.root else []), *more]
    if not parts:
        return Found(queryset=queryset, query=query)
    root = parts[0] if len(parts) == 1 else And(parts=tuple(parts), span=(0, len(text)))
    return Found(
        queryset=narrowed(queryset, root, fields, actor=actor, text=text),
        query=msgspec.structs.replace(query, root=root),
        understood=sentence(root, fields),
        said=tuple(short(part, text, fields.vocabulary()) for part in (parts_of(query.root) + tuple(more))),
        warnings=query.notes,
    )


def narrowed(
    queryset: QuerySet[M], root: Node, fields: Searchable, *, actor: Any = None, text: str = ""
) -> QuerySet[M]:
    conditions = Conditions(fields, actor, timezone.localtime(), text)
    condition = conditions.of(root)
    found: QuerySet[M] = queryset.alias(**conditions.aliases).filter(condition)
    return found


def parts_of(root: Node | None) -> tuple[Node, ...]:
    """The conditions that a person sees as one each: those that AND joins."""
    if root is None:
        return ()
    if isinstance(root, And) and all(one.span[1] <= two.span[0] for one, two in pairwise(root.parts)):
        return root.parts
    return (root,)


def short(node: Node, text: str, words: Vocabulary) -> str:
    """As it was typed; a tag that was asked for by itself in the form TagName=TagValue."""
    start, end = node.span
    if end > start:
        return f"({text[start:end]})" if isinstance(node, And | Or) else text[start:end]
    if isinstance(node, Has) and node.name.space == "tag":
        return tag_filter(node.name.key, words=words)
    if isinstance(node, Compare) and node.name.space == "tag" and isinstance(node.values[0], Text):
        return tag_filter(node.name.key, node.values[0].value, words=words)
    return written(node)


def as_node(tag: TagFilter) -> Compare | Has:
    name = Name(space="tag", key=tag.key)
    return Has(name=name) if tag.value is None else Compare(name=name, operator="=", values=(Text(value=tag.value),))


def asks_for(text: str, fields: Searchable, column: str) -> bool:
    """Whether the filter speaks of this column itself, such as `archived`: then no default of the list goes before."""
    try:
        root = parse(text, fields.vocabulary()).root
    except SearchFault:
        return False
    return root is not None and _speaks_of(root, column)


def _speaks_of(node: Node, column: str) -> bool:
    if isinstance(node, And | Or):
        return any(_speaks_of(part, column) for part in node.parts)
    if isinstance(node, Not):
        return _speaks_of(node.part, column)
    return not isinstance(node, Words) and node.name.space == "field" and node.name.key == column
