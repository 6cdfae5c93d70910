"""Programs that are started behind the walls of a step, in a folder of their own beside one that is not theirs."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlops.confinement import landlock
from mlops.confinement.confining import Confinement, start

Outcome = tuple[int, str]


@pytest.fixture
def needs_landlock() -> None:
    if not landlock.version():
        pytest.skip("this kernel has no Landlock")


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A short path: the sockets that programs make in their folder have names of at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="walls-") as folder:
        yield Path(folder)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The folder that a program may write; `server` beside it is the server's, with a secret."""
    for name in ("work", "server"):
        (tmp_path / name).mkdir()
    (tmp_path / "server" / "secret_key").write_text("tell nobody")
    return tmp_path / "work"


@pytest.fixture
def confined(needs_landlock: None, work: Path) -> Callable[..., Outcome]:
    """Runs a Python text, or words, to the end: its exit status and what it printed."""

    def run(*words: str, **env: str) -> Outcome:
        command = [sys.executable, "-c", *words] if len(words) == 1 else list(words)
        how = Confinement(mode="required", writes=(str(work),), forbidden=(str(work.parent / "server"),))
        variables = {"PATH": os.environ["PATH"], "HOME": str(work), "TMPDIR": str(work), **env}
        process = start(
            command, how=how, cwd=str(work), env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        said, _ = process.communicate(timeout=120)
        return process.returncode, said.decode()

    return run
