"""Linux's Landlock: a thread gives up all files but those of a list, for itself and for all that it starts later.

There is no way back, and no privilege is needed, and root is held by it too. Source: landlock(7) and the kernel's
`include/uapi/linux/landlock.h`; what an older kernel does not know is left out."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import stat
import struct
import sys
from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""System calls; of equal numbers on all processors."""

ASK_VERSION, PATH_BENEATH = 1, 1
PR_SET_NO_NEW_PRIVS = 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
MAKE_CHAR, MAKE_BLOCK = 1 << 6, 1 << 11
TRUNCATE, IOCTL_DEVICE = 1 << 14, 1 << 15
RIGHTS_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
SCOPES_SINCE, ABSTRACT_SOCKETS, SIGNALS = 6, 1 << 0, 1 << 1

OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEVICE
READ = EXECUTE | READ_FILE | READ_DIR
WRITE = ((1 << 16) - 1) & ~(MAKE_CHAR | MAKE_BLOCK | IOCTL_DEVICE)
DEVICE = READ_FILE | READ_DIR | WRITE_FILE | TRUNCATE | IOCTL_DEVICE


@functools.cache
def version() -> int:
    """What the kernel offers; 0 where it has none, or has it switched off."""
    if not sys.platform.startswith("linux"):
        return 0
    try:
        return max(_call(CREATE_RULESET, None, 0, ASK_VERSION), 0)
    except OSError:
        return 0


def restrict(
    *, reads: Iterable[str], writes: Iterable[str], lists: Iterable[str] = (), devices: Iterable[str] = ()
) -> None:
    """Of the calling thread. `reads`, also to execute; `writes`, also to make and to remove; `lists`, the names alone.

    A folder stands for all below it; paths that are not there are passed over. Raises OSError where the kernel
    cannot."""
    found = version()
    handled = RIGHTS_BY_VERSION[min(found, max(RIGHTS_BY_VERSION))] if found else 0
    scoped = ABSTRACT_SOCKETS | SIGNALS if found >= SCOPES_SINCE else 0
    attributes = struct.pack("QQQ", handled, 0, scoped)[: 24 if scoped else 8]
    ruleset = _call(CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for paths, rights in ((reads, READ), (writes, WRITE), (lists, READ_DIR), (devices, DEVICE)):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        no_new_privileges()
        _call(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def no_new_privileges() -> None:
    """No program that is started from now on gets more rights than its caller by set-user-id or file capabilities."""
    library = _library()
    if library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")


def _allow(ruleset: int, path: str, rights: int) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            allowed = rights if stat.S_ISDIR(os.fstat(place).st_mode) else rights & OF_FILES
            _call(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", allowed, place), 0)
        finally:
            os.close(place)


def _call(number: int, *arguments: object) -> int:
    result: int = _library().syscall(ctypes.c_long(number), *(_argument(one) for one in arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _argument(given: object) -> object:
    if isinstance(given, int):
        return ctypes.c_long(given)
    return given if given is None else ctypes.create_string_buffer(bytes(given))  # type: ignore[call-overload]


@functools.cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
