"""Events against the published specification of OpenLineage, as its own client package has it: classes that are made
from the schemas. A member that they do not know, one that is missing, a value of another type, and an address, time or
id that is none are faults."""

from __future__ import annotations

import types
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import attr
from openlineage.client import event_v2, facet_v2
from openlineage.client.generated import base

OF_EVERY_FACET = {"_producer", "_schemaURL"}
CLASSES = {
    kind._get_schema(): kind
    for module in vars(facet_v2).values()
    if isinstance(module, types.ModuleType)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, base.BaseFacet)
}
"""By the address that an event names as a facet's schema."""


def faults(event: dict[str, Any]) -> list[str]:
    assert event["schemaURL"] == event_v2.RunEvent._get_schema()
    return _of_class(event, event_v2.RunEvent, "event")


def _of_class(value: Any, kind: type, place: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{place}: {value!r} is no object"]
    hints = get_type_hints(kind)
    fields = {each.name: each for each in attr.fields(kind)}
    found = [f"{place}: {name} is not known" for name in value if name not in fields]
    needed = {name for name, each in fields.items() if each.default is attr.NOTHING}
    needed |= OF_EVERY_FACET if issubclass(kind, base.BaseFacet) else set()
    found += [f"{place}: {name} is missing" for name in needed if name not in value]
    for name in fields.keys() & value.keys():
        found += _of_type(value[name], hints[name], f"{place}.{name}") or _of_form(value[name], fields[name], place)
    return found


def _of_form(value: Any, field: Any, place: str) -> list[str]:
    """As the schema's `format` says: the classes have a check where it says date-time, uuid or uri."""
    if field.validator is None:
        return []
    try:
        field.validator(None, field, value)
        is_good = field.name.lower().endswith(("time", "date", "updated", "id")) or bool(urlsplit(value).scheme)
    except ValueError:
        is_good = False
    return [] if is_good else [f"{place}.{field.name}: {value!r} is not well formed"]


def _of_type(value: Any, wanted: Any, place: str) -> list[str]:
    kind, inner = get_origin(wanted), get_args(wanted)
    if kind in (types.UnionType, Union):
        tried = [_of_type(value, each, place) for each in inner]
        return min(tried, key=len)
    if kind is list:
        if not isinstance(value, list):
            return [f"{place}: {value!r} is no list"]
        return [fault for at, one in enumerate(value) for fault in _of_type(one, inner[0], f"{place}[{at}]")]
    if kind is dict:
        if not isinstance(value, dict):
            return [f"{place}: {value!r} is no object"]
        return [fault for name, one in value.items() for fault in _of_type(one, inner[1], f"{place}.{name}")]
    if wanted is Any:
        return []
    if wanted is float:
        return [] if isinstance(value, int | float) and not isinstance(value, bool) else [f"{place}: {value!r}"]
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return [] if value in {each.value for each in wanted} else [f"{place}: {value!r}"]
    if isinstance(wanted, type) and issubclass(wanted, base.BaseFacet):
        return _facet(value, wanted, place)
    if attr.has(wanted):
        return _of_class(value, wanted, place)
    return [] if type(value) is wanted else [f"{place}: {value!r} is no {wanted}"]


def _facet(value: Any, wanted: type, place: str) -> list[str]:
    kind = CLASSES.get(value.get("_schemaURL"))
    if kind is None or not issubclass(kind, wanted):
        return [f"{place}: {value.get('_schemaURL')} is no published {wanted.__name__}"]
    return _of_class(value, kind, place)
