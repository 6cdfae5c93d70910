"""Runs one of our modules in a process of its own, beating while it lives and killing it at its deadline."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

import mlops
from mlops import env
from mlops.confinement import handed
from mlops.confinement.confining import MODES, Confinement, start

BEAT_SECONDS = 5.0
POLL_SECONDS = 0.05
SAID_BYTES = 4_000
OWN_FOLDER = ".own"
OPEN = Confinement(mode="off")
SECRET_WORDS = ("SECRET", "PASSWORD", "TOKEN", "CREDENTIAL", "ACCESS_KEY", "PRIVATE_KEY", "API_KEY")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """`said`: the end of its standard error. `too_late`: killed at the deadline."""

    status: int
    said: str
    too_late: bool = False

    @property
    def why(self) -> str:
        if self.too_late:
            return "it took too long and was stopped"
        if self.status < 0:
            killer = signal.Signals(-self.status).name
            return f"its process was killed ({killer}), most likely because the machine ran out of memory"
        lines = [line for line in self.said.splitlines() if line.strip()]
        return lines[-1] if lines else f"its process ended with status {self.status}"


def run_module(
    module: str,
    arguments: Sequence[str],
    *,
    folder: Path,
    seconds: float,
    beat: Callable[[], None] = lambda: None,
    beat_seconds: float = BEAT_SECONDS,
    writes: Sequence[Path] | None = None,
) -> Ended:
    """`beat` is called about every `beat_seconds`; what it raises ends the child too.

    One that opens people's models is given what it `writes` (files and folders that are there), and reaches nothing
    else of the server than these and the folder; of another the scoring servers that it starts go behind such walls.
    No child sees a secret among its variables."""
    errors = folder / f"{module.rpartition('.')[2]}.log"
    environment = {**harmless(os.environ), **dict.fromkeys(THREADS, "1"), "PYTHONUNBUFFERED": "1"}
    walls = walls_of(folder, writes or ())
    if writes is None:
        environment[handed.VARIABLE] = handed.written(walls)
    else:
        environment |= {"HOME": str(folder / OWN_FOLDER / "home"), "TMPDIR": str(folder / OWN_FOLDER / "tmp")}
    with errors.open("wb") as said:
        child = start(
            [sys.executable, "-m", module, *arguments],
            how=OPEN if writes is None else walls,
            niceness=0,
            cwd=str(Path(mlops.__file__).parent.parent),
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    try:
        too_late = _wait(child, seconds=seconds, beat=beat, beat_seconds=beat_seconds)
    finally:
        _kill(child)
    text = errors.read_bytes()[-SAID_BYTES:].decode(errors="replace")
    return Ended(status=child.returncode, said=text, too_late=too_late)


def walls_of(folder: Path, writes: Sequence[Path]) -> Confinement:
    """Home and temporary files are in a folder of its own."""
    own = folder / OWN_FOLDER
    for name in ("home", "tmp"):
        (own / name).mkdir(parents=True, exist_ok=True)
    return Confinement(
        mode=env.choice("MLOPS_JOB_CONFINEMENT", MODES),
        reads=tuple(filter(None, env.read("MLOPS_JOB_READABLE").split(":"))),
        given=(str(folder),),
        writes=(str(own), *map(str, writes)),
        tmp=str(own / "tmp"),
        forbidden=(str(env.data_dir()),),
    )


def harmless(environ: Mapping[str, str]) -> dict[str, str]:
    secrets = {f"{variable.name}{end}" for variable in env.VARIABLES if variable.secret for end in ("", "_FILE")}
    return {
        name: value
        for name, value in environ.items()
        if name not in secrets and not any(word in name.upper() for word in SECRET_WORDS)
    }


def _wait(child: subprocess.Popen[bytes], *, seconds: float, beat: Callable[[], None], beat_seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    next_beat = time.monotonic() + beat_seconds
    while child.poll() is None:
        now = time.monotonic()
        if now > deadline:
            return True
        if now > next_beat:
            beat()
            next_beat = now + beat_seconds
        time.sleep(POLL_SECONDS)
    return False


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    if child.stdin:
        child.stdin.close()
