"""Builds one virtual environment by uv: `python -m mlops.runtime.environment WORK_DIR`, which holds the order.

It is locked with hashes first (or taken from an earlier lock), built in place, and marked as ready at the very end. A
second build of the same waits for the first. What it says is also kept beside the environment."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec

from mlops.confinement.confining import Confinement, start
from mlops.formats.definition import Requirements
from mlops.formats.environment_key import own_python
from mlops.formats.lock import held_to, read_lock
from mlops.formats.spoken import gettext as _
from mlops.formats.step import StepError, StepReport
from mlops.runtime import conda, pythons, torch_wheels
from mlops.runtime.building_walls import OWN_FOLDER, around_build, variables_of_build

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

READY_FILE, LOCK_FILE, LOG_SUFFIX = ".ready", "requirements.lock", ".log"
LAST_CHARACTERS = 1_000


class Failed(Exception):
    def __init__(self, said: str, *, hint: str = "") -> None:
        super().__init__(said)
        self.said, self.hint = said, hint


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What READY_FILE holds."""

    python: str
    size_bytes: int
    seconds: float
    packages: int
    said: str = ""
    """What is other than it was asked for."""


class Log:
    """To the one who waits, and to the file that stays."""

    def __init__(self) -> None:
        self._kept: IO[str] | None = None

    def keep(self, file: Path) -> None:
        self._kept = file.open("w", encoding="utf-8", buffering=1)

    def say(self, line: str) -> None:
        print(line, flush=True)
        if self._kept is not None:
            self._kept.write(f"{line}\n")


LOG = Log()


def build(requirements: Requirements, folder: Path, lock: str) -> None:
    """Raises Failed with what uv said."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)
        if (folder / READY_FILE).exists():
            LOG.say("The environment is there already.")
            return
        shutil.rmtree(folder, ignore_errors=True)
        LOG.keep(folder.with_suffix(LOG_SUFFIX))
        try:
            _build(requirements, folder, lock)
        except Failed as failed:
            shutil.rmtree(folder, ignore_errors=True)
            LOG.say(f"Failed: {told(failed, requirements).message}")
            raise
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _build(requirements: Requirements, folder: Path, lock: str) -> None:
    began = time.monotonic()
    python, said = _begin(requirements, folder)
    locked = folder / LOCK_FILE
    if lock:
        LOG.say("Its packages are those of the earlier build.")
        locked.write_text(lock)
    else:
        _lock(requirements, folder, python)
    packages = read_lock(locked.read_text())
    if packages:
        how = "install" if requirements.conda else "sync"
        words = ["pip", how, "--python", str(python), *torch_wheels.as_arguments(locked.read_text())]
        _uv([*words, *(["-r"] if how == "install" else []), str(locked)], within=folder)
    shutil.rmtree(folder / OWN_FOLDER, ignore_errors=True)
    built = Built(
        python=_version_of(python),
        size_bytes=_size_of(folder),
        seconds=round(time.monotonic() - began, 1),
        packages=len(packages),
        said=said,
    )
    LOG.say(f"Ready after {built.seconds:.1f} s: {built.packages} packages, {built.size_bytes / 1e6:.0f} MB.")
    (folder / READY_FILE).write_bytes(msgspec.json.encode(built))


def _begin(requirements: Requirements, folder: Path) -> tuple[Path, str]:
    """An empty environment: its interpreter, and what has to be said of it."""
    python = requirements.python or own_python()
    listed = ", ".join((*requirements.conda, *requirements.packages)) or "no packages"
    LOG.say(f"Building an environment with Python {python} and: {listed}.")
    if requirements.conda:
        words = conda.creating(requirements, folder)
        if not words:
            names = ", ".join(requirements.conda)
            raise Failed(f"Only a conda tool installs {names}, and there is none.", hint=conda.REMEDY)
        _run(words)
        return folder / "bin" / "python", ""
    interpreter, said = pythons.serving(requirements.python)
    if said:
        LOG.say(said)
    _uv(["venv", "--no-python-downloads", "--python", interpreter or python, str(folder)])
    return folder / "bin" / "python", said


def _lock(requirements: Requirements, folder: Path, python: Path) -> None:
    wanted, limits, locked = folder / "requirements.in", folder / "constraints.txt", folder / LOCK_FILE
    in_file = [one for one in requirements.options if one != "--pre"]
    wanted.write_text("".join(f"{line}\n" for line in (*in_file, *requirements.packages)))
    limits.write_text("".join(f"{line}\n" for line in requirements.constraints))
    more = ["--prerelease", "allow"] if "--pre" in requirements.options else []
    if requirements.constraints:
        more += ["-c", str(limits)]
    words = ["pip", "compile", "--quiet", "--python", str(python), "--generate-hashes", "--no-header", "--no-annotate"]
    _uv([*words, *more, "-o", str(locked), str(wanted)], within=folder)
    if backend := torch_wheels.backend_wanted(read_lock(locked.read_text()), requirements.options):
        _lock_for(backend, [*words, *more], wanted, locked)
    text, strange = held_to(locked.read_text(), requirements.hashes)
    if strange:
        hint = _("Correct the hashes of the requirements file, or the index that is read.")
        raise Failed(f"None of the hashes that the file gives fits “{strange}” of the package index.", hint=hint)
    found = read_lock(text)
    locked.write_text("".join(f"{line}\n" for line in in_file) + text)
    LOG.say(f"Locked {len(found)} packages: {', '.join(f'{one.name} {one.version}' for one in found)}.")


def _lock_for(backend: str, words: Sequence[str], wanted: Path, locked: Path) -> None:
    """Locks anew with PyTorch for the backend; where that cannot be, the lock stays as it is, and the log says so."""
    other = locked.with_suffix(".other")
    LOG.say(f"PyTorch for “{backend}” is looked for at its own index.")
    try:
        more = ["--torch-backend", backend, "-o", str(other), str(wanted)]
        _uv([*words, *more], within=locked.parent, variables=torch_wheels.IMPATIENT)
    except Failed:
        LOG.say(
            f"It cannot be had there, so the wheels of the plain index are taken, perhaps with CUDA (several GB). "
            f"{torch_wheels.SETTING}=off asks no more."
        )
    else:
        locked.write_text(torch_wheels.marked(other.read_text(), backend))
    finally:
        other.unlink(missing_ok=True)


def _uv(words: Sequence[str], *, within: Path | None = None, variables: Mapping[str, str] = {}) -> None:
    """Confined to the folder `within`, where it runs the build scripts of packages."""
    from uv import find_uv_bin

    _run([find_uv_bin(), *words, "--no-progress", "--color", "never"], within=within, variables=variables)


def _run(words: Sequence[str], *, within: Path | None = None, variables: Mapping[str, str] = {}) -> None:
    process = start(
        words,
        how=around_build(within, words[0]) if within else Confinement(mode="off"),
        cwd=str(within or Path.cwd()),
        env={**(variables_of_build(within) if within else os.environ), **variables},
        niceness=0,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = []
    for raw in process.stdout:
        line = raw.decode(errors="replace")
        said.append(line)
        LOG.say(line.rstrip("\n"))
    if process.wait():
        raise Failed("".join(said[-40:]))


def _version_of(python: Path) -> str:
    done = subprocess.run(
        [str(python), "-c", "import platform; print(platform.python_version())"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def _size_of(folder: Path) -> int:
    total, waiting = 0, [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    return total


def told(failed: Failed, requirements: Requirements) -> StepError:
    """What went wrong, with the package that it is about where uv names one."""
    text = " ".join(re.sub(r"[×╰─▶│]", " ", failed.said).split())
    reason = text[-LAST_CHARACTERS:]
    package = next(
        (line for line in requirements.packages if re.split(r"[\s<>=!~\[;@]", line)[0].lower() in text.lower()), ""
    )
    about = f" because of “{package}”" if package else ""
    if failed.hint:
        message, hint = _("The environment cannot be built: %(reason)s") % {"reason": reason}, failed.hint
    elif "No interpreter found" in text:
        message = _("Python %(python)s, which the environment asks for, is not on this machine.") % {
            "python": requirements.python
        }
        hint = _("Install it, or leave the Python version out.")
    elif "No solution found" in text or "not found in the package registry" in text:
        message = _("The environment cannot be built%(about)s: %(reason)s") % {"about": about, "reason": reason}
        hint = _("Correct the name or the version of the package.")
    elif any(word in text for word in ("error sending request", "Failed to fetch", "dns error", "timed out")):
        message = _("The package index cannot be reached for the environment: %(reason)s") % {"reason": reason}
        hint = _("Check the network, or set UV_INDEX_URL (or UV_FIND_LINKS) for the worker; then run it again.")
    else:
        message = _("The environment cannot be built%(about)s: %(reason)s") % {"about": about, "reason": reason}
        hint = _("The log shows everything that was printed.")
    return StepError(code="environment_failed", message=message, hint=hint)


def main(work_dir: Path) -> int:
    order: dict[str, Any] = msgspec.json.decode((work_dir / "build.json").read_bytes())
    requirements = msgspec.convert(order["requirements"], type=Requirements)
    began, error = time.monotonic(), None
    try:
        build(requirements, Path(order["folder"]), order["lock"])
    except Failed as failed:
        error = told(failed, requirements)
    except OSError as failed:
        message = _("The environment cannot be built: %(failed)s.") % {"failed": failed}
        error = StepError(code="environment_failed", message=message, hint=_("Is the disk full?"))
    seconds = time.monotonic() - began
    report = StepReport(state="failed" if error else "completed", error=error, seconds=seconds)
    (work_dir / "build-report.json").write_bytes(msgspec.json.encode(report))
    return 1 if error else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
