"""What a name that a pickle opens means: safe, unknown, or able to do harm."""

from __future__ import annotations

import io
from functools import cache

from mlops.formats.spoken import gettext as _
from mlops.scans.reading.allowed import is_allowed
from mlops.scans.reading.denied import MODULE_NAMES, MODULES, NAMES, OWN_CODE
from mlops.scans.reading.verdicts import Finding

BUILT_IN = ("builtins", "__builtin__")
NEVER_CALLED = frozenset(("type", "min", "max", "sum", "len", "abs", "round"))
"""Allowed as values. Called they may make a class, or go through what else is there: no pickle of a model does."""
HIDDEN = Finding(
    verdict="dangerous",
    what="a hidden name",
    why="It works out the name of what it opens, so that reading cannot tell it.",
)


@cache
def judge(module: str, name: str) -> Finding:
    what = f"{module}.{name}"
    if f"{module} {name}" in OWN_CODE:
        why = _("It brings functions or classes of its own along, as code (cloudpickle).")
        return Finding(verdict="suspicious", what=what, why=why)
    if is_allowed(module, name):
        return Finding(verdict="safe", what=what, why=_("It holds a model's state."))
    if _is_denied(module, name):
        why = _("It can run programs, reach files or the network, or open anything else.")
        return Finding(verdict="dangerous", what=what, why=why)
    if _others_deny(module, name):
        return Finding(verdict="dangerous", what=what, why=_("picklescan knows it as a way to run code."))
    if module == "__main__":
        why = _("It was defined in the script that saved the model: only that script's code can tell what it does.")
        return Finding(verdict="suspicious", what=what, why=why)
    return Finding(verdict="suspicious", what=what, why=_("It is on no list of what is known to be harmless."))


def judge_attribute(module: str, owner: str, name: str) -> Finding:
    """Of `getattr(module.owner, name)`, as methods of classes are pickled."""
    plain = judge(module, f"{owner}.{name}")
    if plain.verdict == "dangerous" or judge(module, owner).verdict != "safe":
        return plain if plain.verdict == "dangerous" else judge(module, owner)
    return plain


def _is_denied(module: str, name: str) -> bool:
    parts = [*module.split("."), *name.split(".")]
    if parts[0] in MODULES or any(part in MODULES and part != "io" for part in name.split(".")):
        return True
    if any(part in NAMES for part in name.split(".")) or (module in BUILT_IN and name == "getattr"):
        return True
    if any(part.startswith("__") and part.endswith("__") for part in name.split(".")):
        return True
    return any(".".join(parts[:length]) in MODULE_NAMES for length in range(1, len(parts) + 1))


def _others_deny(module: str, name: str) -> bool:
    """Asks picklescan, with a pickle that does nothing but name it."""
    from picklescan.scanner import SafetyLevel, scan_pickle_bytes

    asked = f"c{module}\n{name}\n.".encode("utf-8", "surrogatepass")
    try:
        told = scan_pickle_bytes(io.BytesIO(asked), "asked").globals
    except Exception:  # a name that it cannot read is judged by us alone
        return False
    return any(one.safety == SafetyLevel.Dangerous for one in told)
