"""Which events are meant: types with `*`, the subject's begin and end, and filters on any member, as Azure Event Grid
has them (operator names, meaning of absent members, texts compared without case)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _

MOST_FILTERS = 25
MOST_VALUES = 25
_ABSENT = object()

NUMBER = {
    "NumberIn": lambda found, wanted: found == wanted,
    "NumberNotIn": lambda found, wanted: found == wanted,
    "NumberLessThan": lambda found, wanted: found < wanted,
    "NumberLessThanOrEquals": lambda found, wanted: found <= wanted,
    "NumberGreaterThan": lambda found, wanted: found > wanted,
    "NumberGreaterThanOrEquals": lambda found, wanted: found >= wanted,
}
RANGE = {
    "NumberInRange": lambda found, wanted: wanted[0] <= found <= wanted[1],
    "NumberNotInRange": lambda found, wanted: wanted[0] <= found <= wanted[1],
}
TEXT = {
    "StringIn": lambda found, wanted: found == wanted,
    "StringNotIn": lambda found, wanted: found == wanted,
    "StringContains": lambda found, wanted: wanted in found,
    "StringNotContains": lambda found, wanted: wanted in found,
    "StringBeginsWith": lambda found, wanted: found.startswith(wanted),
    "StringNotBeginsWith": lambda found, wanted: found.startswith(wanted),
    "StringEndsWith": lambda found, wanted: found.endswith(wanted),
    "StringNotEndsWith": lambda found, wanted: found.endswith(wanted),
}
BOOL = {"BoolEquals": lambda found, wanted: found is wanted}
PRESENCE = ("IsNullOrUndefined", "IsNotNull")
OPERATORS: tuple[str, ...] = (*TEXT, *NUMBER, *RANGE, *BOOL, *PRESENCE)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {**NUMBER, **RANGE, **TEXT, **BOOL}


class Filter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Holds where any of `values` does; with Not in its operator, where none does."""

    operator: str = msgspec.field(name="operatorType")
    key: str
    """Such as `data.tags.area`, `subject`, `reason`."""
    values: tuple[Any, ...] = ()


PARENT, DOOR, IMPORT = "data.parent", "via.door", "import"


def leaves_out(data: Mapping[str, Any], via: Mapping[str, Any], filters: Iterable[Filter]) -> bool:
    """Whether an event is one for which nobody asked: about a trial of a sweep or a nested run (a filter on
    `data.parent` asks), or of something that was taken over from elsewhere (a filter on `via.door` asks). Else each
    of a hundred failed trials would be told beside their sweep, and each of a thousand old versions as new."""
    asked = {one.key.lower() for one in filters}
    return bool(data.get("parent") and PARENT not in asked) or (via.get("door") == IMPORT and DOOR not in asked)


def read_filters(given: Sequence[Mapping[str, Any]]) -> tuple[Filter, ...]:
    """From {"operatorType", "key", "values" or "value"}. Raises Refusal `filter_invalid`."""
    if len(given) > MOST_FILTERS:
        raise _wrong(
            "",
            _("There are at most %(most_filters)s filters.") % {"most_filters": MOST_FILTERS},
            _("Make a second subscription."),
        )
    return tuple(_read(one, number) for number, one in enumerate(given, start=1))


def holds(filters: Iterable[Filter], *views: Mapping[str, Any]) -> bool:
    """Whether all do. A member is looked for in each view in turn: the event as it is sent, then as we keep it."""
    return all(_holds(one, _found(one.key, views)) for one in filters)


def is_type_of(type: str, patterns: Sequence[str]) -> bool:
    """No pattern means all. `*` stands for any part, as in `mlops.run.*`; case does not count."""
    return not patterns or any(_pattern(one).fullmatch(type) for one in patterns)


def is_subject_of(subject: str, *, begins: str, ends: str, with_case: bool = False) -> bool:
    if not with_case:
        subject, begins, ends = subject.lower(), begins.lower(), ends.lower()
    return subject.startswith(begins) and subject.endswith(ends)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*"), re.IGNORECASE)


def _read(given: Mapping[str, Any], number: int) -> Filter:
    place = f"filters[{number}]"
    if not isinstance(given, Mapping):
        raise _wrong(place, _("A filter is a mapping."), _("Such as operatorType, key and values."))
    form = dict(given)
    if "value" in form:
        form["values"] = [form.pop("value")]
    if "operator" in form:
        form["operatorType"] = form.pop("operator")
    name = form.get("operatorType", "")
    if name not in OPERATORS:
        same = {one.lower(): one for one in OPERATORS}
        exact = same.get(str(name).lower())
        if exact is None:
            hint = nearest(str(name), OPERATORS) or (_("There are: %(names)s.") % {"names": ", ".join(OPERATORS)})
            raise _wrong(f"{place}.operatorType", _("There is no operator '%(name)s'.") % {"name": name}, hint)
        form["operatorType"] = name = exact
    try:
        one = msgspec.convert(form, Filter)
    except msgspec.ValidationError as error:
        raise _wrong(
            place,
            _("The filter cannot be understood: %(error)s.") % {"error": error},
            _("It has operatorType, key, values."),
        ) from error
    if not one.key.strip():
        raise _wrong(f"{place}.key", _("The filter names no member."), _("Such as data.tags.area or subject."))
    return msgspec.structs.replace(one, values=_values(one, place))


def _values(one: Filter, place: str) -> tuple[Any, ...]:
    if one.operator in PRESENCE:
        return ()
    if not one.values or len(one.values) > MOST_VALUES:
        raise _wrong(
            f"{place}.values",
            _("%(operator)s needs 1 to %(most_values)s values.")
            % {"operator": one.operator, "most_values": MOST_VALUES},
            _("Give them as a list."),
        )
    if one.operator in NUMBER:
        return tuple(_number(value, place) for value in one.values)
    if one.operator in RANGE:
        return tuple(_pair(value, place) for value in one.values)
    if one.operator in BOOL:
        return tuple(_truth(value, place) for value in one.values)
    return tuple(str(value) for value in one.values)


def _number(value: Any, place: str) -> float:
    try:
        if isinstance(value, bool):
            raise TypeError
        return float(value)
    except (TypeError, ValueError) as error:
        raise _wrong(
            f"{place}.values", _("'%(value)s' is no number.") % {"value": value}, _("Give numbers.")
        ) from error


def _pair(value: Any, place: str) -> tuple[float, float]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise _wrong(
            f"{place}.values", _("'%(value)s' is no range.") % {"value": value}, _("Give pairs, such as [[0, 0.3]].")
        )
    return _number(value[0], place), _number(value[1], place)


def _truth(value: Any, place: str) -> bool:
    known = {"true": True, "false": False}.get(str(value).lower())
    if known is None:
        raise _wrong(
            f"{place}.values", _("'%(value)s' is neither true nor false.") % {"value": value}, _("Give true or false.")
        )
    return known


def _holds(one: Filter, found: Any) -> bool:
    if one.operator == "IsNullOrUndefined":
        return found is _ABSENT or found is None
    if one.operator == "IsNotNull":
        return found is not _ABSENT and found is not None
    everything = found if isinstance(found, list) else [found]
    is_any = any(_is(one, value) for value in everything)
    return not is_any if "Not" in one.operator else is_any


def _is(one: Filter, found: Any) -> bool:
    if one.operator in TEXT:
        if not isinstance(found, str | int | float) or isinstance(found, bool):
            return False
        text = str(found).lower()
        return any(_COMPARE[one.operator](text, str(wanted).lower()) for wanted in one.values)
    if one.operator in BOOL:
        return isinstance(found, bool) and found in one.values
    if not isinstance(found, int | float) or isinstance(found, bool):
        return False
    return any(_COMPARE[one.operator](found, wanted) for wanted in one.values)


def _found(key: str, views: Iterable[Mapping[str, Any]]) -> Any:
    for view in views:
        found = _member(view, key.split("."))
        if found is not _ABSENT:
            return found
    return _ABSENT


def _member(inside: Any, path: Sequence[str]) -> Any:
    """Names of members may hold dots themselves, as tags do; case counts only where two differ by it alone."""
    if not path:
        return inside
    if not isinstance(inside, Mapping):
        return _ABSENT
    for taken in range(1, len(path) + 1):
        name = ".".join(path[:taken])
        same = name if name in inside else next((one for one in inside if str(one).lower() == name.lower()), None)
        found = _ABSENT if same is None else _member(inside[same], path[taken:])
        if found is not _ABSENT:
            return found
    return _ABSENT


def _wrong(place: str, message: str, hint: str) -> Refusal:
    return Refusal("filter_invalid", message, hint=hint, where=Where(parameter=place or "filters"))
