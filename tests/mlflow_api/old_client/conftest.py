"""MLflow's client of the last 2.x release, in an environment and a process of its own, which does what a test says."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
Doing = Callable[..., Any]


@pytest.fixture(scope="session")
def old_python() -> Path:
    """The interpreter of an environment with that client; made once for each list of packages."""
    wanted = HERE / "requirements.txt"
    key = hashlib.sha256(wanted.read_bytes() + sys.version.encode()).hexdigest()[:12]
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlops-studio-tests"
    caches.mkdir(parents=True, exist_ok=True)
    folder = caches / f"mlflow-2-{key}"
    with (caches / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            uv = [sys.executable, "-m", "uv"]
            python = str(folder / "bin" / "python")
            subprocess.run([*uv, "venv", "-q", "--python", sys.executable, str(folder)], check=True)
            subprocess.run([*uv, "pip", "install", "-q", "--python", python, "-r", str(wanted)], check=True)
            (folder / "whole").touch()
    return folder / "bin" / "python"


@pytest.fixture(scope="session")
def old_process(old_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    home = str(tmp_path_factory.mktemp("old"))
    facts = {"PATH": os.environ["PATH"], "HOME": home, "TMPDIR": home, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
    words = [str(old_python), str(HERE / "listener.py")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(words, env=facts, cwd=home, text=True, **pipes) as process:  # type: ignore[call-overload]
        yield process
        process.stdin.close()


@pytest.fixture
def old(live_server: Any, token: str, old_process: subprocess.Popen[str]) -> Doing:
    """`old("answer = …", a=1)`: what the code (of one piece or several), which knows `mlflow`, `client` and `a`,
    answered. Raises what it raised as AssertionError. `token=` calls as somebody else."""

    def done(*codes: str, token: str = token, **given: Any) -> Any:
        code = "".join(textwrap.dedent(one) for one in codes)
        asked = {"code": code, "given": given, "url": live_server.url, "token": token}
        assert old_process.stdin
        assert old_process.stdout
        old_process.stdin.write(json.dumps(asked) + "\n")
        old_process.stdin.flush()
        told = json.loads(old_process.stdout.readline())
        if "failed" in told:
            raise AssertionError(told["failed"])
        return told["answer"]

    return done
