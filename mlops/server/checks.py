"""The parts that `mlops doctor` looks at: each check says what is there and, where something is missing, the remedy.

No check imports Django or anything heavy, so that it also speaks when the product itself does not start."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import socket
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from mlops import env
from mlops.client import credentials
from mlops.confinement import groups, landlock, veil
from mlops.confinement.confining import MODES, lacking
from mlops.runtime import learning
from mlops.server import lock
from mlops.supervisor.probe import get

DISTRIBUTION = "mlops-studio"
PACKAGES = ("django", "djangorestframework", "celery", "uvicorn", "msgspec", "polars", "scikit-learn", "onnxruntime")
LEAST_FREE_BYTES = 2 * 1024**3
QUEUE = "mlops"
BROKER_SECONDS = 3.0
LEAST_PYTHON = (3, 11)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """`broken` stops the product; `absent` is optional; `warning` works, though not well; `stopped` is not running."""

    name: str
    state: Literal["ok", "warning", "absent", "stopped", "broken"]
    detail: str
    remedy: str = ""


def python(name: str) -> Part:
    detail = f"{sys.version.split()[0]} at {sys.executable}"
    if sys.version_info < LEAST_PYTHON:
        return Part(name=name, state="broken", detail=detail, remedy="Install Python 3.11, 3.12 or 3.13.")
    return Part(name=name, state="ok", detail=detail)


def packages(name: str) -> Part:
    """What the distribution asks for, against what is installed; by name alone in a checkout that is not installed."""
    wanted = _requirements() or [(package, "") for package in PACKAGES]
    missing = [package for package, _ in wanted if _version(package) is None]
    if not learning.is_here() and learning.LIBRARIES.issuperset(missing):
        return Part(
            name=name,
            state="absent",
            detail=f"{len(wanted) - len(missing)} there; none of the libraries of models: this is for web processes",
            remedy="Workers and routers come from the image that has them: mlops-studio-worker.",
        )
    if missing:
        return Part(
            name=name,
            state="broken",
            detail=f"missing: {', '.join(missing)}",
            remedy=f"Install them: {sys.executable} -m pip install {' '.join(missing)}",
        )
    shown = ", ".join(f"{package} {_version(package)}" for package in PACKAGES)
    return Part(name=name, state="ok", detail=f"{len(wanted)} there; {shown}")


def extras(name: str) -> Part:
    """Drivers that only some settings need."""
    needed = {
        "psycopg": ("postgres", env.read("MLOPS_DATABASE_URL").startswith("postgres")),
        "redis": ("redis", env.read("MLOPS_BROKER_URL").startswith("redis")),
    }
    absent = {package: found for package, found in needed.items() if _version(package) is None}
    broken = [extra for extra, is_needed in absent.values() if is_needed]
    remedy = " ".join(f"pip install '{DISTRIBUTION}[{extra}]'" for extra, _ in absent.values())
    detail = ", ".join(f"{package} {_version(package) or 'not installed'}" for package in needed)
    state: Literal["ok", "absent", "broken"] = "broken" if broken else "absent" if absent else "ok"
    return Part(name=name, state=state, detail=detail, remedy=f"Only if you use it: {remedy}" if absent else "")


def data_directory(name: str) -> Part:
    folder = env.data_dir()
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(there, os.W_OK):
        return Part(
            name=name,
            state="broken",
            detail=f"{there} cannot be written to",
            remedy="Set MLOPS_DATA_DIR to another one.",
        )
    held = lock.holder(folder)
    since = f", in use by process {held.pid} at {held.url}" if held else ""
    return Part(
        name=name, state="ok", detail=f"{folder}{'' if folder.exists() else ' (made at the first start)'}{since}"
    )


def disk_space(name: str) -> Part:
    folder = env.data_dir()
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(there).free
    detail = f"{free / 1024**3:.1f} GiB free at {there}"
    if free < LEAST_FREE_BYTES:
        return Part(name=name, state="warning", detail=detail, remedy="Free some space, or move MLOPS_DATA_DIR.")
    return Part(name=name, state="ok", detail=detail)


def database(name: str) -> Part:
    url = env.read("MLOPS_DATABASE_URL")
    if url and not url.startswith("sqlite"):
        parts = urlsplit(url)
        return _reached(
            name, parts.hostname or "localhost", parts.port or 5432, what=parts.scheme, setting="DATABASE_URL"
        )
    path = Path(url.removeprefix("sqlite:///")) if url else env.data_dir() / "db.sqlite3"
    if not path.exists():
        return Part(name=name, state="stopped", detail="SQLite, no file yet", remedy="`mlops up` makes it.")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5) as link:
        count = link.execute("SELECT count(*) FROM django_migrations").fetchone()[0]
    link.close()
    size = sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*")) / 1024**2
    return Part(name=name, state="ok", detail=f"SQLite {sqlite3.sqlite_version}, {size:.1f} MiB, {count} migrations")


def broker(name: str) -> Part:
    url = env.read("MLOPS_BROKER_URL")
    if url:
        parts = urlsplit(url)
        default = 5672 if parts.scheme.startswith("amqp") else 6379
        reached = _reached(
            name, parts.hostname or "localhost", parts.port or default, what=parts.scheme, setting="BROKER_URL"
        )
        return _spoken_to(reached, url) if reached.state == "ok" else reached
    queue = env.data_dir() / "broker" / "queue"
    waiting = sum(1 for _ in queue.iterdir()) if queue.is_dir() else 0
    return Part(name=name, state="ok", detail=f"a folder in the data directory, {waiting} calls waiting")


def confinement(name: str) -> Part:
    """Whether people's code is held to its own files."""
    mode = env.read("MLOPS_JOB_CONFINEMENT")
    if mode not in MODES:
        remedy = "Set it to required, preferred or off."
        return Part(name=name, state="broken", detail=f"MLOPS_JOB_CONFINEMENT is “{mode}”", remedy=remedy)
    if mode == "off":
        remedy = "Set MLOPS_JOB_CONFINEMENT to preferred, unless you trust everybody who can run a job."
        return Part(name=name, state="warning", detail="off: jobs read all that the server can read", remedy=remedy)
    if lack := lacking():
        remedy = "Only people whom you trust may run jobs here; or run jobs in containers."
        return Part(name=name, state="broken" if mode == "required" else "warning", detail=lack, remedy=remedy)
    own = "each with a /tmp of its own" if veil.can_draw() else "shared memory is shared between jobs"
    limit = "control groups bound processes" if groups.home() else "processes are counted twice a second"
    return Part(name=name, state="ok", detail=f"{mode}; Landlock version {landlock.version()}, {own}, {limit}")


def pages(name: str) -> Part:
    url = _server_url()
    if not url:
        return Part(name=name, state="stopped", detail="not running", remedy="`mlops up` starts it.")
    reply = _asked(url, "/healthz")
    if reply is None:
        return Part(name=name, state="broken", detail=f"{url} does not answer", remedy=_see("web"))
    return Part(name=name, state="ok", detail=url)


def worker(name: str) -> Part:
    return _as_the_server_sees(name, "worker")


def router(name: str) -> Part:
    return _as_the_server_sees(name, "router")


def health(name: str) -> Part:
    """What the server's workers found, where it runs and this person may read it (`client-credentials.json`)."""
    url, known = _server_url(), credentials.read(env.data_dir() / credentials.FILE_NAME)
    if not url or known is None:
        return Part(name=name, state="stopped", detail="not running", remedy="`mlops up` starts it.")
    reply = _asked(url, "/api/v1/system/health/", {"Authorization": f"Bearer {known.token}"})
    try:
        parts = json.loads(reply or b"")["parts"]
    except (ValueError, KeyError, TypeError):
        return Part(name=name, state="broken", detail=f"{url} does not tell", remedy=_see("web"))
    amiss = [one for one in parts if one["state"] in ("bad", "warning")]
    if not amiss:
        return Part(name=name, state="ok", detail=f"{len(parts)} parts are well")
    detail = "; ".join(f"{one['title']}: {one['findings'][0]['why']}" for one in amiss)
    return Part(name=name, state="warning", detail=detail, remedy="`mlops health` says what to do about each.")


def docker(name: str) -> Part:
    """Optional: endpoints run as local processes without it."""
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not host.startswith("unix://"):
        return Part(name=name, state="ok", detail=f"DOCKER_HOST={host} (not tried)")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(2)
            link.connect(host.removeprefix("unix://"))
            link.sendall(b"GET /version HTTP/1.0\r\nHost: docker\r\n\r\n")
            answer = b"".join(iter(lambda: link.recv(65536), b""))
    except OSError as error:
        return Part(
            name=name,
            state="absent",
            detail=f"{host}: {error.strerror or error}",
            remedy="Only for images: install and start Docker, or set DOCKER_HOST.",
        )
    version = re.search(rb'"Version"\s*:\s*"([^"]+)"', answer)
    return Part(name=name, state="ok", detail=f"{version[1].decode() if version else 'there'} at {host}")


def canvas(name: str) -> Part:
    """The bundle is built when the product is installed; Node is not needed to run."""
    bundle = Path(__file__).resolve().parents[1] / "web" / "static" / "build" / "designer.js"
    node = shutil.which("node")
    if bundle.exists():
        built = time.strftime("%Y-%m-%d %H:%M", time.localtime(bundle.stat().st_mtime))
        return Part(name=name, state="ok", detail=f"bundle of {built}; Node {'is there' if node else 'is not needed'}")
    remedy = "Run `npm ci && npm run build` in frontend/." if node else "Install Node 20 or newer, then install again."
    return Part(name=name, state="warning", detail="no bundle: the designer shows no canvas", remedy=remedy)


CHECKS: dict[str, Callable[[str], Part]] = {
    "Python": python,
    "packages": packages,
    "optional drivers": extras,
    "data directory": data_directory,
    "disk space": disk_space,
    "database": database,
    "broker": broker,
    "confinement of jobs": confinement,
    "pages and API": pages,
    "worker": worker,
    "router": router,
    "health": health,
    "canvas": canvas,
    "Docker engine": docker,
}


def _as_the_server_sees(name: str, part: str) -> Part:
    url = _server_url()
    reply = _asked(url, "/readyz") if url else None
    if reply is None:
        return Part(name=name, state="stopped", detail="not running", remedy="`mlops up` starts it.")
    try:
        found = json.loads(reply)["parts"][part]
    except (ValueError, KeyError, TypeError):
        return Part(name=name, state="broken", detail=f"{url}/readyz says nothing of it", remedy=_see("web"))
    if found["ok"]:
        return Part(name=name, state="ok", detail=f"answers, says {url}/readyz")
    return Part(name=name, state="broken", detail=str(found["reason"]), remedy=_see(part))


def _server_url() -> str:
    held = lock.holder(env.data_dir())
    return held.url if held else ""


def _asked(url: str, path: str, headers: dict[str, str] | None = None) -> bytes | None:
    parts = urlsplit(url)
    host = parts.hostname or "127.0.0.1"
    reply = get(parts.port or 80, path, host=host, timeout_seconds=5, headers=headers)
    return reply.body if reply else None


def _see(part: str) -> str:
    return f"See {env.data_dir() / 'logs' / f'{part}.log'}."


def _reached(name: str, host: str, port: int, *, what: str, setting: str) -> Part:
    try:
        socket.create_connection((host, port), timeout=3).close()
    except OSError as error:
        remedy = f"Start it, or correct MLOPS_{setting}."
        return Part(name=name, state="broken", detail=f"{what} at {host}:{port}: {error}", remedy=remedy)
    return Part(name=name, state="ok", detail=f"{what} at {host}:{port} takes connections")


def _spoken_to(reached: Part, url: str) -> Part:
    """A broker that takes connections may still refuse the password, or hang."""
    from kombu.connection import Connection

    options = dict.fromkeys(("socket_timeout", "socket_connect_timeout"), BROKER_SECONDS)
    if url.startswith("amqp"):
        options = {"read_timeout": BROKER_SECONDS}
    try:
        with Connection(  # type: ignore[no-untyped-call]
            url, connect_timeout=BROKER_SECONDS, transport_options=options
        ) as link:
            link.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
            try:
                waiting = link.default_channel.queue_declare(queue=QUEUE, passive=True).message_count
            except link.channel_errors:
                waiting = 0  # nobody has called yet
    except Exception as error:  # each broker's driver has errors of its own
        said = str(error).strip() or type(error).__name__
        remedy = "See its own log and the name and password in MLOPS_BROKER_URL. Without it, regular looks find work."
        return msgspec.structs.replace(reached, state="broken", detail=f"{reached.detail}, but: {said}", remedy=remedy)
    return msgspec.structs.replace(reached, detail=f"{reached.detail} and answers, {waiting} calls waiting")


def _requirements() -> list[tuple[str, str]]:
    try:
        lines = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    core = [line for line in lines if "extra ==" not in line]
    return [(match[0], line) for line in core if (match := re.match(r"[A-Za-z0-9._-]+", line))]


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
