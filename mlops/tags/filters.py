"""Reading and writing tags, and understanding the filter that a person typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where
from mlops.tags.models import Tag

OF_CLIENTS = ("mlflow.",)
"""So begin the keys under which clients keep things of their own; people find them on the thing's page, folded."""


class TagFilter(msgspec.Struct, frozen=True):
    """`value` None means: the key alone, whatever its value."""

    key: str
    value: str | None

    def __str__(self) -> str:
        return self.key if self.value is None else f"{self.key}={self.value}"


def understand(text: str, *, parameter: str = "tag") -> TagFilter:
    """`k=v`, `k = v`, `k : v`, quoted values, or a key alone. `parameter`: which one says it.

    Raises Refusal `tag_filter_empty`."""
    match = re.fullmatch(r"\s*(?P<key>\"[^\"]+\"|[^=:]+?)\s*(?:[=:]\s*(?P<value>.*?)\s*)?", text)
    if not match or not match["key"].strip():
        raise Refusal(
            "tag_filter_empty",
            _("“%(text)s” is no tag filter.") % {"text": text},
            hint=_("Write TagName=TagValue, such as Area=Churn."),
            where=Where(parameter=parameter, value=text[:100]),
        )
    value = match["value"]
    return TagFilter(match["key"].strip().strip('"'), None if value is None else value.strip("\"'"))


def tags_of(thing: Model) -> dict[str, str]:
    return tags_of_many([thing])[str(thing.pk)]


def tags_of_many(things: list[Any]) -> dict[str, dict[str, str]]:
    """Primary key (as text) to tags, in one query. All things are of one kind."""
    found: dict[str, dict[str, str]] = {str(thing.pk): {} for thing in things}
    if not things:
        return found
    rows = Tag.objects.filter(content_type=ContentType.objects.get_for_model(things[0]), object_id__in=list(found))
    for thing, key, value in rows.values_list("object_id", "key", "value"):
        found[thing][key] = value
    return found


def of_people(tags: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if not key.startswith(OF_CLIENTS)}


def of_clients(tags: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if key.startswith(OF_CLIENTS)}


def write_tags(thing: Model, tags: dict[str, str]) -> None:
    """Sets the given keys, as they are; an empty dict changes nothing. Called inside an act of the tagged thing's
    package."""
    kind = ContentType.objects.get_for_model(thing)
    rows = [Tag(content_type=kind, object_id=str(thing.pk), key=key, value=str(value)) for key, value in tags.items()]
    if rows:
        unique = ["content_type", "object_id", "key"]
        Tag.objects.bulk_create(rows, update_conflicts=True, unique_fields=unique, update_fields=["value"])


def remove_tags(thing: Model, keys: list[str]) -> None:
    kind = ContentType.objects.get_for_model(thing)
    Tag.objects.filter(content_type=kind, object_id=str(thing.pk), key__in=keys).delete()


def remove_tag(thing: Model, key: str) -> None:
    Tag.objects.filter(content_type=ContentType.objects.get_for_model(thing), object_id=str(thing.pk), key=key).delete()
