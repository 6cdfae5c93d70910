"""PostgreSQL, Redis and RabbitMQ of a test's own: new, empty, on the loopback, and gone afterwards.

They are Debian's packages, which `.ci/test` installs; where one is missing, the test fails, as none is skipped."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

QUICKLY = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400"
"""For tests: the database is thrown away, also where the machine's power goes."""
CONTROL = "rabbitmqctl"
"""In the folder of a RabbitMQ: the command that speaks with it."""


@contextmanager
def open_folder() -> Iterator[Path]:
    """For their files. Those of pytest are closed to the accounts that they run as."""
    with tempfile.TemporaryDirectory(prefix="mlops-services-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def postgres(folder: Path, *, settings: str = "") -> Iterator[str]:
    """The address of a server that somebody runs who is not root, as it wants. `settings` are options of `postgres`."""
    bins = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    place = bins[-1] if bins else Path(_program("initdb", "postgresql")).parent
    folder.chmod(0o755)
    data = folder / "postgres"
    before = _as_somebody(data, "postgres")
    port = free_port()
    run = lambda *words: subprocess.run([*before, *words], check=True, stdout=subprocess.DEVNULL, cwd="/")  # noqa: E731
    run(f"{place}/initdb", "-D", str(data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-p {port} -k {data} {settings}"
    run(f"{place}/pg_ctl", "-D", str(data), "-w", "-l", f"{data}/log", "-o", options, "start")
    try:
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        run(f"{place}/pg_ctl", "-D", str(data), "-m", "immediate", "stop")


@contextmanager
def redis(folder: Path, *, databases: int = 16, port: int | None = None) -> Iterator[str]:
    """The address of its database 0. One that is stopped and started again at its port has kept nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    words = [_program("redis-server", "redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with (folder / "redis.log").open("ab") as log:
        process = subprocess.Popen(
            [*words, "--databases", str(databases), "--dir", str(folder)], stdout=log, stderr=log, cwd="/"
        )
    try:
        wait_for(lambda: _answers(port), process, folder / "redis.log", seconds=20)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        _end(process)


@contextmanager
def rabbitmq(folder: Path, *, port: int | None = None) -> Iterator[str]:
    """A node of its own name. One that is started again in its folder, at its port, has kept what waited."""
    port = port or free_port()
    before = _as_somebody(folder, "rabbitmq")
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "RABBITMQ_NODENAME": f"tests{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(free_port()),  # its names are a process of their own, which ends below as well
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1",
    }
    # Debian's own words change to the account that they were made for; the server itself does as it is told.
    servers = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))
    server = str(servers[-1]) if servers else _program("rabbitmq-server", "rabbitmq-server")
    _write_command(folder / CONTROL, [*before, str(Path(server).with_name("rabbitmqctl"))], variables)
    with (folder / "rabbitmq.log").open("ab") as log:
        process = subprocess.Popen(
            [*before, server], env=variables, stdout=log, stderr=log, cwd="/", start_new_session=True
        )
    try:
        wait_for(lambda: _answers(port), process, folder / "rabbitmq.log", seconds=240)
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
    finally:
        _end(process)
        _end_names(variables["ERL_EPMD_PORT"])


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args} did not start; its log ends with: {log.read_text()[-2000:]}")
        time.sleep(0.1)


def _program(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"`{name}` is not installed: apt-get install {package}")
    return found


def _as_somebody(folder: Path, account: str) -> list[str]:
    """Words before a command, where it must not be root that runs it; the folder is theirs."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return []
    try:
        found = pwd.getpwnam(account)
    except KeyError:
        found = pwd.getpwnam("nobody")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, found.pw_uid, found.pw_gid, follow_symlinks=False)
    return ["setpriv", f"--reuid={found.pw_uid}", f"--regid={found.pw_gid}", "--clear-groups", "--"]


def _write_command(path: Path, words: list[str], variables: dict[str, str]) -> None:
    told = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    path.unlink(missing_ok=True)
    path.write_text(f'#!/bin/sh\ncd /\nexec env -i {told} {shlex.join(words)} "$@"\n')
    path.chmod(0o755)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_names(port: str) -> None:
    """Erlang's register of names stays behind its node; ours is known by its port."""
    import psutil

    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "epmd":
            try:
                if process.environ().get("ERL_EPMD_PORT") == port:
                    process.kill()
            except psutil.Error:
                continue
