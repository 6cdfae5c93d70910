"""Where the big database is kept: a data directory with SQLite's file in it, or with a PostgreSQL server's files, which
is started for as long as it is used."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

WITH = ("shared_buffers=512MB", "work_mem=16MB", "max_connections=300", "max_wal_size=4GB")


@contextmanager
def placed(directory: Path, *, postgres: bool) -> Iterator[dict[str, str]]:
    """Sets Django up for it. What is given are the variables for other processes."""
    data = directory / "data"
    data.mkdir(parents=True, exist_ok=True)
    with server(directory) if postgres else nullcontext("") as url:
        variables = {"MLOPS_DATA_DIR": str(data)} | ({"MLOPS_DATABASE_URL": url} if url else {})
        os.environ.update(variables)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlops.settings")
        import django

        django.setup()
        yield variables


@contextmanager
def server(directory: Path) -> Iterator[str]:
    """A PostgreSQL of its own, run by somebody who is not root, as it wants; it keeps what it had the last time."""
    bins = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    place = bins[-1] if bins else Path(shutil.which("initdb") or "initdb").parent
    data = directory / "postgres"
    is_new = not (data / "PG_VERSION").exists()
    data.mkdir(mode=0o700, exist_ok=True)
    directory.chmod(0o755)
    before: list[str] = []
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(data, account.pw_uid, account.pw_gid)
        before = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    run = lambda *words: subprocess.run([*before, *words], check=True, stdout=subprocess.DEVNULL, cwd="/")  # noqa: E731
    if is_new:
        run(f"{place}/initdb", "-D", str(data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8")
    set_to = " ".join(f"-c {one}" for one in WITH)
    run(f"{place}/pg_ctl", "-D", str(data), "-w", "-t", "120", "-l", f"{data}/log", "-o",
        f"-p {port} -k {data} {set_to}", "start")  # fmt: skip
    try:
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        run(f"{place}/pg_ctl", "-D", str(data), "-m", "fast", "-t", "120", "stop")
