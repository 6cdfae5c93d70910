"""Confines this process, or a program that it starts, to the files that it is given."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from mlops.confinement import landlock, places, privileges, veil
from mlops.formats.spoken import gettext as _

Mode = Literal["required", "preferred", "off"]
MODES: tuple[Mode, ...] = get_args(Mode)
NICENESS = 5


class Unconfinable(Exception):
    """The machine cannot confine, and it is required; the text says what it lacks."""


@dataclass(frozen=True)
class Confinement:
    """`forbidden` is taken out of what `reads` and the machine's own places hold; what is named below it in `given`
    or `writes` is given all the same."""

    mode: Mode = "preferred"
    reads: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    pythons: tuple[str, ...] = (sys.executable,)
    tmp: str = ""
    """The folder that stands for /tmp from then on, where we may arrange that (mlops.confinement.veil)."""


@dataclass(frozen=True)
class Confined:
    own: tuple[str, ...] = ()
    """Folders that are shared elsewhere, such as /tmp, and here are this process's own."""


def confine(how: Confinement) -> Confined | None:
    """The calling thread, for good, and all that it starts from then on. None where it is not confined.

    Raises Unconfinable where that is required and the machine cannot."""
    if how.mode == "off":
        return None
    lack = lacking()
    if lack:
        if how.mode == "required":
            raise Unconfinable(lack)
        return None
    wide = places.readable(pythons=how.pythons, more=(*places.of_this_python(), *how.reads))
    reads = (*places.spared(wide, how.forbidden), *how.given)
    own = veil.draw(how.tmp, kept=(*reads, *how.writes)) if how.tmp else ()
    landlock.restrict(
        reads=reads,
        writes=(*how.writes, *own, *places.spared((places.SHARED_MEMORY,), (*how.forbidden, *how.given))),
        lists=(places.AROUND,),
        devices=places.devices(),
    )
    privileges.drop_capabilities()
    return Confined(own)


def start(
    words: Sequence[str], *, how: Confinement, cwd: str, env: Mapping[str, str], niceness: int = NICENESS, **more: Any
) -> subprocess.Popen[bytes]:
    """A program that is confined while its caller is not: a thread gives up its rights and starts it, and ends.

    So nothing of Python runs between fork and exec. Raises Unconfinable, and OSError where it cannot be started."""
    made: list[subprocess.Popen[bytes]] = []
    failed: list[Exception] = []

    def begin() -> None:
        try:
            confine(how)
            os.setpriority(os.PRIO_PROCESS, 0, min(os.getpriority(os.PRIO_PROCESS, 0) + niceness, 19))
            made.append(subprocess.Popen(words, cwd=cwd, env=env, **{"stdin": subprocess.DEVNULL, **more}))
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=begin, name="confined-start")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return made[0]


def lacking() -> str:
    """What the machine lacks to confine; empty for nothing."""
    if not sys.platform.startswith("linux"):
        return _("Only Linux can confine programs (Landlock).")
    if not landlock.version():
        return _("The kernel has no Landlock (Linux 5.13 has it), or it is switched off at boot (lsm=landlock,…).")
    return ""


def existing_folders(folder: str) -> Iterable[str]:
    with os.scandir(folder) as entries:
        return [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
