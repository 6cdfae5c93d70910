"""What a version must show before it may come into a stage or under an alias.

A check is an object with a `kind` and that kind's options, such as `{"kind": "metric", "name": "auc", "least": 0.8}`.
Packages above this one register further kinds when they are loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where, nearest
from mlops.registry.models import ModelVersion

MOST_CHECKS = 20
Given = Mapping[str, Any]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found; `hint` says what to do where it is not passed."""

    check: dict[str, Any]
    passed: bool
    said: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Option:
    name: str
    label: Any
    is_number: bool = False
    is_needed: bool = False
    example: str = ""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`judge` gives whether it is passed, what was found in words, and a hint."""

    name: str
    title: Any
    judge: Callable[[ModelVersion, Given], tuple[bool, str, str]]
    options: tuple[Option, ...] = ()


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    KINDS[kind.name] = kind


def judged(version: ModelVersion, checks: Iterable[Given]) -> tuple[Finding, ...]:
    """Each check of a rule; a kind that is not registered any more is not passed."""
    return tuple(_judged(version, dict(check)) for check in checks)


def _judged(version: ModelVersion, check: dict[str, Any]) -> Finding:
    kind = KINDS.get(check.get("kind", ""))
    if kind is None:
        said = _("There is no check “%(kind)s” in this installation.") % {"kind": check.get("kind", "")}
        return Finding(check=check, passed=False, said=said, hint=_("Take it out of the rule."))
    passed, said, hint = kind.judge(version, check)
    return Finding(check=check, passed=passed, said=said, hint="" if passed else hint)


def checked(given: Any) -> list[dict[str, Any]]:
    """The checks of a rule as they are kept. Raises Refusal `check_invalid`."""
    if not isinstance(given, list) or len(given) > MOST_CHECKS:
        raise _invalid(_("Checks are a list of at most %(most)d objects.") % {"most": MOST_CHECKS}, "checks")
    return [_checked(one) for one in given]


def _checked(one: Any) -> dict[str, Any]:
    named = str(one.get("kind", "")) if isinstance(one, dict) else ""
    kind = KINDS.get(named)
    if kind is None:
        hint = nearest(named, KINDS) or _("There are: %(kinds)s.") % {"kinds": ", ".join(KINDS)}
        raise _invalid(_("There is no check “%(kind)s”.") % {"kind": named[:60]}, "checks", hint)
    unknown = one.keys() - {"kind", *(option.name for option in kind.options)}
    if unknown:
        name = sorted(unknown)[0]
        hint = nearest(name, [option.name for option in kind.options])
        raise _invalid(_("The check “%(kind)s” has no option “%(name)s”.") % {"kind": named, "name": name}, name, hint)
    kept: dict[str, Any] = {"kind": named}
    for option in kind.options:
        value = _value(option, one.get(option.name), named)
        if value is not None:
            kept[option.name] = value
    return kept


def _value(option: Option, given: Any, kind: str) -> Any:
    if given is None or given == "":
        if option.is_needed:
            message = _("The check “%(kind)s” needs “%(name)s”.") % {"kind": kind, "name": option.name}
            raise _invalid(message, option.name, option.example and _("Such as %s.") % option.example)
        return None
    if not option.is_number:
        return str(given).strip()[:255]
    try:
        number = float(given)
    except (TypeError, ValueError):
        number = float("nan")
    if number != number or number in (float("inf"), float("-inf")):
        raise _invalid(_("“%(value)s” is no number.") % {"value": str(given)[:60]}, option.name)
    return number


def _invalid(message: str, parameter: str, hint: str = "") -> Refusal:
    return Refusal("check_invalid", message, hint=hint, where=Where(parameter=parameter))


def told(check: Given) -> str:
    """A check of a rule in words, such as `A metric is there, and within limits: name=auc, least=0.8`."""
    kind = KINDS.get(check.get("kind", ""))
    options = ", ".join(f"{name}={value}" for name, value in check.items() if name != "kind")
    title = str(kind.title) if kind is not None else str(check.get("kind", ""))
    return f"{title}: {options}" if options else title
