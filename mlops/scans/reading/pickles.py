"""Judges the pickles that stand one after the other from the place of a source on."""

from __future__ import annotations

from mlops.formats.spoken import gettext
from mlops.scans.reading.arrays import pass_array
from mlops.scans.reading.judging import BUILT_IN, HIDDEN, NEVER_CALLED, judge, judge_attribute
from mlops.scans.reading.machine import GETATTR, Machine, Made, Named, Told, Use
from mlops.scans.reading.source import Source
from mlops.scans.reading.verdicts import Finding, Found

MOST_STREAMS = 10_000
PROTOCOLS = range(6)
FUNCTIONS = ("_make_function", "_make_skel_func", "FunctionType", "LambdaType")


def read_pickles(source: Source, found: Found, *, inside: str = "", only_one: bool = False) -> bool:
    """Whether joblib's arrays stand in them. Those that follow are read too, as torch keeps several in one file."""
    met_arrays = False
    for _ in range(MOST_STREAMS):
        if not source.peek(1):
            break
        told, is_pickle = _read_one(source, found, inside=inside, passing=True)
        met_arrays = met_arrays or bool(told.arrays)
        if not is_pickle or told.ended == "broken" or only_one:
            break
    return met_arrays


def read_plainly(source: Source, found: Found, *, inside: str = "") -> None:
    """As somebody would who opens joblib's file with plain pickle: the bytes of its first array are opcodes then."""
    told = Machine(source, arrays=None).run()
    for finding in _findings(told):
        if finding.verdict == "dangerous":
            found.add(_at(finding, inside))


def _read_one(source: Source, found: Found, *, inside: str, passing: bool) -> tuple[Told, bool]:
    begins_as_pickle = _begins(source.peek(2))

    def array(here: Source, wrapper: Made) -> None:
        pass_array(here, wrapper, objects=lambda: _inner(here, found, inside))

    told = Machine(source, arrays=array if passing else None).run()
    findings = list(_findings(told))
    is_pickle = _is_pickle(told, begins_as_pickle) or any(one.verdict == "dangerous" for one in findings)
    if not is_pickle:
        return told, False
    found.pickles += 1
    found.add(Finding(verdict="safe", what="pickle", why="", inside=inside))
    for use in told.uses:
        found.saw(f"{use.named.module}.{use.named.name}")
    for finding in findings:
        found.add(_at(finding, inside))
    if told.ended == "broken":
        why = gettext("It cannot be read beyond byte %(place)s; what stands before is opened all the same.") % {
            "place": told.place
        }
        found.add(Finding(verdict="suspicious", what="damaged pickle", why=why, inside=inside))
    return told, True


def _inner(source: Source, found: Found, inside: str) -> None:
    _told, is_pickle = _read_one(source, found, inside=inside, passing=False)
    if not is_pickle:
        raise EOFError


def _begins(head: bytes) -> bool:
    return len(head) == 2 and head[0] == 0x80 and head[1] in PROTOCOLS


def _is_pickle(told: Told, begins_as_pickle: bool) -> bool:
    """Any text may begin with letters that are opcodes: without the sign of a pickle it takes a name that is opened
    and used, or a whole stream with one."""
    if begins_as_pickle:
        return told.opcodes > 2
    if not told.uses and not told.extensions:
        return False
    return told.ended == "stop" or any(use.how != "opened" for use in told.uses)


def _findings(told: Told) -> list[Finding]:
    found = [_judge_use(use) for use in told.uses]
    found += [
        HIDDEN if owner.module is None or owner.name is None else judge_attribute(owner.module, owner.name, name)
        for owner, name in told.attributes
    ]
    found += [_own_call(made_by) for made_by in told.own_calls]
    if told.extensions:
        why = gettext("It opens names by their numbers in a register (copyreg) that only the loading program knows.")
        found.append(Finding(verdict="suspicious", what="extension register", why=why))
    return found


def _judge_use(use: Use) -> Finding:
    module, name = use.named.module, use.named.name
    if module is None or name is None:
        return HIDDEN
    if use.named == GETATTR and use.how == "opened":
        return Finding(
            verdict="suspicious", what="builtins.getattr", why=gettext("It opens attributes by their names.")
        )
    finding = judge(module, name)
    if use.how == "changed" and finding.verdict != "dangerous":
        why = gettext("It changes a class, function or module of the program that opens it.")
        return Finding(verdict="dangerous", what=f"{module}.{name}", why=why)
    if use.how == "called" and module in BUILT_IN and name in NEVER_CALLED:
        why = gettext("It calls a built-in function, which no model needs to be opened.")
        return Finding(verdict="suspicious", what=f"{module}.{name}", why=why)
    return finding


def _own_call(made_by: Named | None) -> Finding:
    if made_by is not None and made_by.name in FUNCTIONS:
        why = gettext("It runs code that it brings along, while it is opened.")
        return Finding(verdict="dangerous", what=f"{made_by.module}.{made_by.name}", why=why)
    why = gettext("It calls what it has made itself, so that reading cannot tell what happens.")
    return Finding(verdict="suspicious", what=f"{made_by.module}.{made_by.name}" if made_by else "a call", why=why)


def _at(finding: Finding, inside: str) -> Finding:
    return Finding(verdict=finding.verdict, what=finding.what, why=finding.why, inside=inside)
