"""`--set a.b=VALUE`, as `az ml` has it: one field of a file is given anew before the file is read.

Lines of the file stay as they were, so that a fault is still shown where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import msgspec

from mlops.formats.azureml.lines import Source, load
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

WORD = re.compile(r"""\.?(?:"([^"]*)"|'([^']*)'|\[(\d+)\]|([^.\[\]"']+))""")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
MOST_DIGITS = 400
EXAMPLE = "For example: --set inputs.epochs=3, or --set tags.owner=me."


def with_settings(source: Source, settings: Iterable[str]) -> Source:
    """The file with the settings applied, in their order. Raises Refusal `setting_…`."""
    value = deepcopy(source.value)
    for setting in settings:
        path, sign, text = setting.partition("=")
        if not sign or not path.strip():
            raise Refusal(
                "setting_unreadable",
                _("“%(setting)s” is not of the form NAME=VALUE.") % {"setting": setting},
                hint=EXAMPLE,
            )
        _put(value, _steps(path.strip(), setting), typed(text), setting)
    return msgspec.structs.replace(source, value=value)


def without(value: Any, path: str) -> bool:
    """Takes the field at the path away, in place. False where there is none. Raises Refusal `setting_unreadable`."""
    *steps, last = _steps(path.strip(), path)
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    if not isinstance(value, dict) or last not in value:
        return False
    del value[last]
    return True


def typed(text: str) -> Any:
    """Numbers, true, false, null and JSON are what they say; all else is text."""
    plain = text.strip()
    if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "'\"":
        return plain[1:-1]
    if plain.lower() in ("true", "false"):
        return plain.lower() == "true"
    if plain.lower() in ("null", "none"):
        return None
    if len(plain) < MOST_DIGITS and NUMBER.fullmatch(plain):
        return int(plain) if re.fullmatch(r"[+-]?\d+", plain) else float(plain)
    if plain[:1] in ("{", "["):
        try:
            return load("setting", plain).value
        except Refusal as error:
            raise Refusal(
                "setting_unreadable",
                _("“%(plain)s” is no JSON: %(error)s.") % {"plain": plain, "error": error},
                hint=EXAMPLE,
            ) from error
    return text


def _steps(path: str, setting: str) -> list[str | int]:
    steps: list[str | int] = []
    place = 0
    while place < len(path):
        found = WORD.match(path, place)
        if found is None:
            raise Refusal(
                "setting_unreadable",
                _("“%(setting)s”: “%(path)s” names no field.") % {"setting": setting, "path": path[place:]},
                hint=EXAMPLE,
            )
        quoted, single, index, plain = found.groups()
        steps.append(
            int(index) if index is not None else next(one for one in (quoted, single, plain) if one is not None)
        )
        place = found.end()
    return steps


def _put(value: Any, steps: list[str | int], given: Any, setting: str) -> None:
    """Mappings on the way are made where there are none; an index must be there, or be the next one."""
    for place, step in enumerate(steps):
        last = place == len(steps) - 1
        if isinstance(value, list):
            value = _into_list(value, step, given, last=last, setting=setting)
        elif isinstance(value, dict) and not isinstance(step, int):
            key = next((one for one in value if str(one) == step), step)
            if last:
                value[key] = given
            elif not isinstance(value.get(key), dict | list):
                value[key] = [] if isinstance(steps[place + 1], int) else {}
            value = value[key]
        else:
            raise Refusal(
                "setting_unfit",
                _("“%(setting)s”: there is no list for [%(step)s].") % {"setting": setting, "step": step},
                hint=EXAMPLE,
            )


def _into_list(value: list[Any], step: str | int, given: Any, *, last: bool, setting: str) -> Any:
    number = int(step) if str(step).isdecimal() else -1
    if not 0 <= number <= len(value):
        hint = _("The list has %(count)s entries, counted from 0.") % {"count": len(value)}
        raise Refusal(
            "setting_unfit",
            _("“%(setting)s”: the list has no entry “%(step)s”.") % {"setting": setting, "step": step},
            hint=hint,
        )
    if number == len(value):
        value.append({})
    if last:
        value[number] = given
    return value[number]
