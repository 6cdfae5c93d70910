"""Builds one virtual environment by uv: `python -m mlops.runtime.environment WORK_DIR`, which holds the order.

It is locked first (or taken from an earlier lock), built in place, and marked as ready at the very end. A second
build of the same waits for the first."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mlops.formats.definition import Requirements
from mlops.formats.step import StepError, StepReport

if TYPE_CHECKING:
    from collections.abc import Sequence

READY_FILE, LOCK_FILE = ".ready", "requirements.lock"
LAST_CHARACTERS = 1_000


class Failed(Exception):
    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


def build(requirements: Requirements, folder: Path, lock: str) -> None:
    """Raises Failed with what uv said."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)
        if (folder / READY_FILE).exists():
            print("The environment is there already.", flush=True)
            return
        shutil.rmtree(folder, ignore_errors=True)
        try:
            _build(requirements, folder, lock)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _build(requirements: Requirements, folder: Path, lock: str) -> None:
    python = requirements.python or f"{sys.version_info.major}.{sys.version_info.minor}"
    interpreter = python if requirements.python else sys.executable
    print(f"Building an environment with Python {python} and: {', '.join(requirements.packages) or 'no packages'}.")
    _uv(["venv", "--no-python-downloads", "--python", interpreter, str(folder)])
    wanted, locked = folder / "requirements.in", folder / LOCK_FILE
    wanted.write_text("".join(f"{line}\n" for line in requirements.packages))
    target = ["--python", str(folder / "bin" / "python")]
    if lock:
        print("Its packages are those of the earlier build.", flush=True)
        locked.write_text(lock)
    else:
        _uv(["pip", "compile", *target, "--no-header", "--no-annotate", "-o", str(locked), str(wanted)])
    if locked.read_text().strip():
        _uv(["pip", "install", *target, "-r", str(locked)])
    (folder / READY_FILE).touch()


def _uv(words: Sequence[str]) -> None:
    from uv import find_uv_bin

    process = subprocess.Popen(
        [find_uv_bin(), *words, "--no-progress", "--color", "never"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        print(line, end="", flush=True)
    if process.wait():
        raise Failed("".join(said[-40:]))


def told(said: str, requirements: Requirements) -> StepError:
    """What went wrong, with the package that it is about where uv names one."""
    text = " ".join(re.sub(r"[×╰─▶│]", " ", said).split())
    reason = text[-LAST_CHARACTERS:]
    package = next(
        (line for line in requirements.packages if re.split(r"[\s<>=!~\[;@]", line)[0].lower() in text.lower()), ""
    )
    about = f" because of “{package}”" if package else ""
    if "No interpreter found" in text:
        message = f"Python {requirements.python}, which the environment asks for, is not on this machine."
        hint = "Install it, or leave the Python version out."
    elif "No solution found" in text or "not found in the package registry" in text:
        message = f"The environment cannot be built{about}: {reason}"
        hint = "Correct the name or the version of the package."
    elif any(word in text for word in ("error sending request", "Failed to fetch", "dns error", "timed out")):
        message = f"The package index cannot be reached for the environment: {reason}"
        hint = "Check the network, or set UV_INDEX_URL (or UV_FIND_LINKS) for the worker; then run it again."
    else:
        message = f"The environment cannot be built{about}: {reason}"
        hint = "The log shows everything that was printed."
    return StepError(code="environment_failed", message=message, hint=hint)


def main(work_dir: Path) -> int:
    order: dict[str, Any] = msgspec.json.decode((work_dir / "build.json").read_bytes())
    requirements = msgspec.convert(order["requirements"], type=Requirements)
    began, error = time.monotonic(), None
    try:
        build(requirements, Path(order["folder"]), order["lock"])
    except Failed as failed:
        error = told(failed.said, requirements)
    except OSError as failed:
        message = f"The environment cannot be built: {failed}."
        error = StepError(code="environment_failed", message=message, hint="Is the disk full?")
    seconds = time.monotonic() - began
    print(f"{'Failed' if error else 'Ready'} after {seconds:.1f} s.", flush=True)
    report = StepReport(state="failed" if error else "completed", error=error, seconds=seconds)
    (work_dir / "build-report.json").write_bytes(msgspec.json.encode(report))
    return 1 if error else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
