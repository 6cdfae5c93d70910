"""Follows a pickle as Python's unpickler would, but makes nothing: names that it opens are noted, calls are only told.

It reads whatever CPython's unpickler reads, and more: where the two could differ, the stream counts as damaged, and a
damaged one is never called safe. The opcodes are those of `pickletools` up to protocol 5.
"""

from __future__ import annotations

import _compat_pickle
import codecs
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from mlops.scans.reading.allowed import is_allowed
from mlops.scans.reading.source import Source, TooMuch

Ended = Literal["stop", "broken"]
MOST_WAITING = 2_000_000
MOST_TEXT = 300
HIGHEST_PROTOCOL = 5
OPS_A_LOOK = 65_536


class Broken(Exception):
    """The unpickler would give up here."""


@dataclass(frozen=True, slots=True)
class Named:
    """A global; None where its name was worked out, and not written down."""

    module: str | None
    name: str | None


@dataclass(slots=True)
class Made:
    """What came of a call."""

    callable: Any
    arguments: Any
    state: Any = None


@dataclass(slots=True)
class Use:
    """`how`: only opened, called, or given a state."""

    named: Named
    how: Literal["opened", "called", "changed"]


@dataclass(slots=True)
class Told:
    ended: Ended = "stop"
    place: int = 0
    opcodes: int = 0
    uses: list[Use] = field(default_factory=list)
    attributes: list[tuple[Named, str]] = field(default_factory=list)
    """`getattr` of a global, by a name that is written down."""
    own_calls: list[Named | None] = field(default_factory=list)
    """Calls of what the pickle made itself: by what each was made."""
    extensions: int = 0
    """Opcodes that name things by numbers of a register elsewhere."""
    arrays: int = 0
    """Of joblib, whose bytes stand between the opcodes."""


GETATTR = Named("builtins", "getattr")
MARK = object()
DATA = object()
"""Any value that nothing depends on, and that is no text."""
LONG_TEXT = object()
ARRAYS = ("dtype", "ndarray", "_reconstruct", "_frombuffer")
TEXT_MAKERS = ("builtins", "__builtin__", "numpy", "copyreg", "copy_reg", "_codecs")
"""Packages with allowed names that, called, make texts."""


class Machine:
    """`arrays`: passes the bytes of joblib's arrays, given the wrapper; None reads on, as plain `pickle` does."""

    def __init__(self, source: Source, *, arrays: Callable[[Source, Made], None] | None = None) -> None:
        self.source = source
        self.arrays = arrays
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.protocol = 0
        self.told = Told()

    def run(self) -> Told:
        told, read = self.told, self.source.read
        try:
            while True:
                code = read(1)[0]
                told.opcodes += 1
                if not told.opcodes % OPS_A_LOOK:
                    self._look_around()
                if code == 0x2E:  # STOP
                    self._pop()
                    break
                act = ACTS.get(code)
                if act is None:
                    raise Broken
                act(self)
        except (Broken, EOFError, IndexError, ValueError, struct.error, OverflowError, RecursionError):
            told.ended = "broken"
        told.place = self.source.place
        return told

    def _look_around(self) -> None:
        if len(self.stack) > MOST_WAITING or len(self.memo) > 4 * MOST_WAITING:
            raise TooMuch("the pickle keeps more values than are looked through")

    def _pop(self) -> Any:
        if not self.stack or self.stack[-1] is MARK:
            raise Broken
        return self.stack.pop()

    def _top(self) -> Any:
        if not self.stack or self.stack[-1] is MARK:
            raise Broken
        return self.stack[-1]

    def _to_mark(self) -> list[Any]:
        stack = self.stack
        place = len(stack) - 1
        while place >= 0 and stack[place] is not MARK:
            place -= 1
        if place < 0:
            raise Broken
        found = stack[place + 1 :]
        del stack[place:]
        return found

    def _number(self, size: int) -> int:
        return int.from_bytes(self.source.read(size), "little")

    def _use(self, thing: Any, how: Literal["opened", "called", "changed"]) -> None:
        if isinstance(thing, Named):
            self.told.uses.append(Use(thing, how))

    def _call(self, callable: Any, arguments: Any) -> None:
        self._use(callable, "called")
        if isinstance(callable, Made):
            made_by = callable.callable
            self.told.own_calls.append(made_by if isinstance(made_by, Named) else None)
        elif not isinstance(callable, Named):
            raise Broken
        if isinstance(callable, Named) and callable == GETATTR and isinstance(arguments, tuple):
            owner, name = (*arguments, DATA, DATA)[:2]
            if isinstance(owner, Named) and isinstance(name, str):
                self.told.uses.pop()
                self.told.attributes.append((owner, name))
                self.stack.append(Named(owner.module, f"{owner.name}.{name}"))
                return
        self.stack.append(Made(callable, arguments))

    # --- values ---

    def data(self) -> None:
        self.stack.append(DATA)

    def data_of_line(self) -> None:
        self.source.line()
        self.stack.append(DATA)

    def quoted_line(self) -> None:
        raw = self.source.line().strip(b"'\" \t\r")
        self.stack.append(_text(codecs.escape_decode(raw)[0]))

    def text_of_line(self) -> None:
        raw = self.source.line()
        self.stack.append(raw.decode("raw-unicode-escape") if len(raw) <= MOST_TEXT else LONG_TEXT)

    def number_of_line(self) -> None:
        text = self.source.line().rstrip(b"L")
        self.stack.append(int(text) if text.isdigit() and len(text) < 20 else DATA)

    def short_text(self) -> None:
        self.stack.append(_text(self.source.read(self._number(1))))

    def text(self) -> None:
        self._long(self._number(4))

    def long_text(self) -> None:
        self._long(self._number(8))

    def _long(self, size: int) -> None:
        if size <= MOST_TEXT:
            self.stack.append(_text(self.source.read(size)))
        else:
            self.source.skip(size)
            self.stack.append(LONG_TEXT)

    def long1(self) -> None:
        self.stack.append(int.from_bytes(self.source.read(self._number(1)), "little", signed=True))

    def long4(self) -> None:
        self.source.skip(self._number(4))
        self.stack.append(DATA)

    # --- names ---

    def named_by_lines(self) -> Named:
        module, name = self.source.line().decode(), self.source.line().decode()
        return self._opened(module, name)

    def global_(self) -> None:
        self.stack.append(self.named_by_lines())

    def stack_global(self) -> None:
        name, module = self._pop(), self._pop()
        if not all(map(_may_be_text, (name, module))):
            raise Broken  # the unpickler takes texts only
        told = isinstance(name, str) and isinstance(module, str)
        self.stack.append(self._opened(module, name) if told else self._opened(None, None))

    def _opened(self, module: str | None, name: str | None) -> Named:
        """As the unpickler maps the names of Python 2."""
        if self.protocol < 3 and module is not None and name is not None:
            if (module, name) in _compat_pickle.NAME_MAPPING:
                module, name = _compat_pickle.NAME_MAPPING[(module, name)]
            else:
                module = _compat_pickle.IMPORT_MAPPING.get(module, module)
        named = Named(module, name)
        self.told.uses.append(Use(named, "opened"))
        return named

    def extension(self, size: int) -> None:
        self.source.skip(size)
        self.told.extensions += 1
        self.stack.append(Made(DATA, ()))

    # --- calls ---

    def inst(self) -> None:
        arguments = self._to_mark()
        self._call(self.named_by_lines(), tuple(arguments))

    def obj(self) -> None:
        found = self._to_mark()
        if not found:
            raise Broken
        self._call(found[0], tuple(found[1:]))

    def reduce(self) -> None:
        arguments, callable = self._pop(), self._pop()
        self._call(callable, arguments)

    def new_object(self) -> None:
        arguments, made_of = self._pop(), self._pop()
        self._use(made_of, "called")
        self.stack.append(Made(made_of, arguments))

    def new_object_ex(self) -> None:
        self._pop()
        self.new_object()

    def build(self) -> None:
        state, thing = self._pop(), self._top()
        self._use(thing, "changed")
        if not isinstance(thing, Made):
            return
        thing.state = state
        if is_array(thing):
            self.told.arrays += 1
            if self.arrays is not None:
                self.arrays(self.source, thing)

    # --- gatherings ---

    def tuple_to_mark(self) -> None:
        self.stack.append(tuple(self._to_mark()))

    def tuple_of(self, count: int) -> None:
        found = [self._pop() for _ in range(count)]
        self.stack.append(tuple(reversed(found)))

    def empty_dict(self) -> None:
        self.stack.append({})

    def dict_to_mark(self) -> None:
        self.stack.append(_pairs(self._to_mark(), {}))

    def data_to_mark(self) -> None:
        self._to_mark()
        self.stack.append(DATA)

    def add_to_mark(self) -> None:
        self._to_mark()
        self._use(self._top(), "changed")

    def append(self) -> None:
        self._pop()
        self._use(self._top(), "changed")

    def set_item(self) -> None:
        value, key = self._pop(), self._pop()
        self._set(key, value)

    def set_items(self) -> None:
        found = self._to_mark()
        target = self._top()
        if isinstance(target, dict):
            _pairs(found, target)
        self._use(target, "changed")

    def _set(self, key: Any, value: Any) -> None:
        target = self._top()
        if isinstance(target, dict):
            _pairs([key, value], target)
        self._use(target, "changed")

    # --- the stack and the memo ---

    def mark(self) -> None:
        self.stack.append(MARK)

    def pop(self) -> None:
        if not self.stack:
            raise Broken
        self.stack.pop()

    def duplicate(self) -> None:
        self.stack.append(self._top())

    def pop_to_mark(self) -> None:
        self._to_mark()

    def put_line(self) -> None:
        self.memo[int(self.source.line())] = self._top()

    def put(self, size: int) -> None:
        self.memo[self._number(size)] = self._top()

    def memoize(self) -> None:
        self.memo[len(self.memo)] = self._top()

    def get_line(self) -> None:
        self._get(int(self.source.line()))

    def get(self, size: int) -> None:
        self._get(self._number(size))

    def _get(self, key: int) -> None:
        if key not in self.memo:
            raise Broken
        self.stack.append(self.memo[key])

    def proto(self) -> None:
        self.protocol = self._number(1)
        if self.protocol > HIGHEST_PROTOCOL:
            raise Broken

    def persistent_line(self) -> None:
        """No pickle that is opened as such begins with it; zips do."""
        if self.told.opcodes == 1:
            raise Broken
        self.source.line()
        self.stack.append(DATA)

    def persistent(self) -> None:
        self._pop()
        self.stack.append(DATA)

    def readonly(self) -> None:
        self._top()


def is_array(thing: Made) -> bool:
    named = thing.callable
    return isinstance(named, Named) and (named.module, named.name) == ("joblib.numpy_pickle", "NumpyArrayWrapper")


def _may_be_text(value: Any) -> bool:
    """Also what a call made, but for the objects that are everywhere and are none."""
    if not isinstance(value, Made):
        return isinstance(value, str) or value is LONG_TEXT
    by = value.callable
    if not isinstance(by, Named) or by.module is None or by.name is None or not is_allowed(by.module, by.name):
        return True
    return by.module.split(".")[0] in TEXT_MAKERS and by.name not in ARRAYS


def _text(raw: bytes) -> Any:
    return raw.decode("utf-8", "surrogatepass") if len(raw) <= MOST_TEXT else LONG_TEXT


def _pairs(flat: list[Any], target: dict[str, Any]) -> dict[str, Any]:
    """Only what a state is told by: few keys, which are texts."""
    for key, value in zip(flat[::2], flat[1::2], strict=False):
        if isinstance(key, str) and len(target) < 64:
            target[key] = value
    return target


def _passing(size: int) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        machine.source.skip(size)
        machine.stack.append(DATA)

    return act


def _passing_counted(size: int) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        machine.source.skip(machine._number(size))
        machine.stack.append(DATA)

    return act


def _number_of(size: int) -> Callable[[Machine], None]:
    def act(machine: Machine) -> None:
        machine.stack.append(machine._number(size))

    return act


def _with(method: Callable[[Machine, int], None], size: int) -> Callable[[Machine], None]:
    return lambda machine: method(machine, size)


ACTS: dict[int, Callable[[Machine], None]] = {
    ord(letter): act
    for letter, act in {
        "(": Machine.mark, "0": Machine.pop, "1": Machine.pop_to_mark, "2": Machine.duplicate,
        "F": Machine.data_of_line, "I": Machine.number_of_line, "J": _number_of(4), "K": _number_of(1),
        "L": Machine.number_of_line, "M": _number_of(2), "N": Machine.data, "P": Machine.persistent_line,
        "Q": Machine.persistent, "R": Machine.reduce, "S": Machine.quoted_line, "T": Machine.text,
        "U": Machine.short_text, "V": Machine.text_of_line, "X": Machine.text, "a": Machine.append,
        "b": Machine.build, "c": Machine.global_, "d": Machine.dict_to_mark, "}": Machine.empty_dict,
        "e": Machine.add_to_mark, "g": Machine.get_line, "h": _with(Machine.get, 1), "i": Machine.inst,
        "j": _with(Machine.get, 4), "l": Machine.data_to_mark, "]": Machine.data, "o": Machine.obj,
        "p": Machine.put_line, "q": _with(Machine.put, 1), "r": _with(Machine.put, 4), "s": Machine.set_item,
        "t": Machine.tuple_to_mark, ")": lambda machine: machine.stack.append(()), "u": Machine.set_items,
        "G": _passing(8), "B": _passing_counted(4), "C": _passing_counted(1),
    }.items()
} | {
    0x80: Machine.proto, 0x81: Machine.new_object, 0x82: _with(Machine.extension, 1),
    0x83: _with(Machine.extension, 2), 0x84: _with(Machine.extension, 4), 0x85: _with(Machine.tuple_of, 1),
    0x86: _with(Machine.tuple_of, 2), 0x87: _with(Machine.tuple_of, 3), 0x88: Machine.data, 0x89: Machine.data,
    0x8A: Machine.long1, 0x8B: Machine.long4, 0x8C: Machine.short_text, 0x8D: Machine.long_text,
    0x8E: _passing_counted(8), 0x8F: Machine.data, 0x90: Machine.add_to_mark, 0x91: Machine.data_to_mark,
    0x92: Machine.new_object_ex, 0x93: Machine.stack_global, 0x94: Machine.memoize,
    0x95: lambda machine: machine.source.skip(8), 0x96: _passing_counted(8), 0x97: Machine.data,
    0x98: Machine.readonly,
}  # fmt: skip
