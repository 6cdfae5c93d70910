"""A real Docker engine, and a registry on the loopback, for the tests that need one.

The engine that answers already is used (`DOCKER_HOST`, the system's socket, or one that runs elsewhere). Where none
does, one is started with a data root of its own and ended with the tests; where that fails, the tests fail: they are
never skipped. A test names what it makes and removes it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import docker
import psutil
import pytest

SYSTEM_SOCKET = "unix:///var/run/docker.sock"
OWN = Path(tempfile.gettempdir()) / f"mlops-engine-{os.getuid()}"
START_SECONDS = 60.0
PUSHER = ("pusher", "a secret")
PASSWORD_FILE = "pusher:$2b$05$8tPqSf65RR3zpn2MjbdAKOY5eyFux689FizfU6BxqJyeSm/MmKRua\n"
"""Of PUSHER, as htpasswd writes it."""


class Registry(NamedTuple):
    address: str
    """host:port"""
    log: Path


@pytest.fixture(scope="session")
def engine_url() -> Iterator[str]:
    """Where the engine answers, such as unix:///tmp/docker.sock."""
    for url in filter(None, (os.environ.get("DOCKER_HOST"), SYSTEM_SOCKET, *_running())):
        if _answers(url):
            yield url
            return
    with _own_engine() as url:
        yield url


@pytest.fixture(scope="session")
def engine(engine_url: str) -> Iterator[docker.DockerClient]:
    client = docker.DockerClient(base_url=engine_url)
    yield client
    client.close()


@pytest.fixture
def with_engine(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The product finds the engine by its environment, as it does by default."""
    monkeypatch.setenv("DOCKER_HOST", engine_url)
    return engine_url


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """An empty registry that takes anything from anybody."""
    with open_registry(tmp_path / "registry") as found:
        yield found


@contextlib.contextmanager
def open_registry(folder: Path, *, password_file: str = "") -> Iterator[Registry]:
    """With `password_file` (lines of htpasswd, bcrypt) it asks for a name and a password."""
    folder.mkdir(parents=True)
    address = f"127.0.0.1:{_free_port()}"
    (folder / "config.yml").write_text(_registry_settings(folder, address, password_file))
    log = folder / "log"
    with log.open("wb") as said:
        process = subprocess.Popen(["docker-registry", "serve", str(folder / "config.yml")], stdout=said, stderr=said)
    try:
        _wait_for(lambda: _port_answers(address), f"The registry did not start: {log.read_text()[-500:]}")
        yield Registry(address=address, log=log)
    finally:
        process.terminate()
        process.wait(10)


def _registry_settings(folder: Path, address: str, password_file: str) -> str:
    lines = [
        "version: 0.1",
        f"storage: {{filesystem: {{rootdirectory: {folder / 'data'}}}, delete: {{enabled: true}}}}",
        f"http: {{addr: '{address}'}}",
    ]
    if password_file:
        (folder / "htpasswd").write_text(password_file)
        lines.append(f"auth: {{htpasswd: {{realm: tests, path: {folder / 'htpasswd'}}}}}")
    return "\n".join(lines) + "\n"


def _running() -> Iterator[str]:
    """Where others' engines of this machine say that they listen: two of them would share, and break, one bridge.

    The engine of another test process is not among them: it is used under a lock, or it would end with its starter."""
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "dockerd":
            sockets = (word for word in process.info["cmdline"] or () if word.startswith("unix://"))
            yield from (socket for socket in sockets if socket != f"unix://{OWN}/docker.sock")


@contextlib.contextmanager
def _own_engine() -> Iterator[str]:
    """Shared by the test processes of this machine: the last one that leaves ends it. The files of the locks stay, as
    one that comes just then would hold locks that nobody else sees."""
    OWN.mkdir(parents=True, exist_ok=True)
    url = f"unix://{OWN}/docker.sock"
    with (OWN / "users").open("w") as users, (OWN / "starting").open("w") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        if not _answers(url):
            _start(url)
        fcntl.flock(starting, fcntl.LOCK_UN)
        try:
            yield url
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _end()


def _start(url: str) -> None:
    if shutil.which("dockerd") is None:
        pytest.fail("No Docker engine answers and dockerd is not installed: apt-get install docker.io iptables")
    (OWN / "docker.sock").unlink(missing_ok=True)
    words = ["dockerd", "--host", url, "--data-root", f"{OWN}/data", "--exec-root", f"{OWN}/exec"]
    with (OWN / "log").open("wb") as log:
        subprocess.Popen(
            [*words, "--pidfile", f"{OWN}/pid"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _wait_for(lambda: _answers(url), "The Docker engine did not start; its log ends with:", OWN / "log")


def _end() -> None:
    with contextlib.suppress(OSError, ValueError):
        pid = int((OWN / "pid").read_text())
        os.kill(pid, 15)
        _wait_for(lambda: not psutil.pid_exists(pid) or _is_zombie(pid), "The Docker engine did not end.")
    for name in ("data", "exec"):
        shutil.rmtree(OWN / name, ignore_errors=True)


def _is_zombie(pid: int) -> bool:
    """Ended, and ours to bury: that happens when we end."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def _answers(url: str) -> bool:
    if url.startswith("unix://") and not Path(url.removeprefix("unix://")).exists():
        return False
    try:
        client = docker.DockerClient(base_url=url, timeout=5)
        client.ping()
    except Exception:  # the library has one class for everything that may be wrong
        return False
    client.close()
    return True


def _port_answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{address}/v2/", timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _wait_for(true, message: str, log: Path | None = None) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not true():
        if time.monotonic() > deadline:
            pytest.fail(f"{message} {log.read_text()[-1500:] if log else ''}")
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
