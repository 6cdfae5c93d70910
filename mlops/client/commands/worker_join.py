"""`mlops worker join`: this machine works for a server from now on. It needs the package, the server's address and a
token that an administrator made; the settings come from the server and stay in the data directory, for its owner."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from mlops import env
from mlops.client.connection import Connection
from mlops.client.credentials import Credentials
from mlops.env import choose_data_dir, usable
from mlops.formats.refusal import Refusal

LOOPBACK = ("127.0.0.1", "localhost", "::1")
CONNECT_SECONDS = 5.0


def define(join: argparse.ArgumentParser) -> None:
    join.add_argument("url", metavar="URL", help="of the server, https://…")
    join.add_argument("--token", default="", help="what an administrator gave (default: MLOPS_JOIN_TOKEN)")
    join.add_argument("--data-dir", metavar="DIR", default="", help="where files are kept (default: MLOPS_DATA_DIR)")
    join.add_argument("--labels", default=None, help="what this worker may be asked for, such as gpu,zone=a")
    join.add_argument("--slots", type=int, default=None, help="how many steps it runs at once")
    join.add_argument("--no-start", action="store_true", help="write the settings, and start nothing")
    join.add_argument("--again", action="store_true", help="also where this directory has joined before")
    join.add_argument("--plain-http", action="store_true", help="let secrets travel unencrypted to another machine")


def join(arguments: argparse.Namespace) -> int:
    """Becomes the worker's process, unless `--no-start`."""
    url = arguments.url.rstrip("/")
    _require_private(url, allowed=arguments.plain_http)
    token = arguments.token or env.read("MLOPS_JOIN_TOKEN")
    if not token:
        hint = "An administrator makes one: the page Compute, or `mlops worker create-token`."
        raise Refusal("join_token_missing", "Give the token by --token or MLOPS_JOIN_TOKEN.", hint=hint)
    choose_data_dir(arguments.data_dir)
    place = usable(env.data_dir()) / env.JOINED_FILE  # before the token is spent
    if place.exists() and not arguments.again:
        hint = "Start it by `mlops serve worker`, or join anew by --again."
        raise Refusal("joined_already", f"{env.data_dir()} has joined a server before.", hint=hint, status=409)
    answer = Connection(Credentials(url, token, "--token")).post("workers/join/", {"host": _host()})
    settings = dict(answer["settings"]) | _own(arguments)
    env.write_joined(settings, server=url)
    print(f"joined: {url}, settings in {place}", flush=True)
    _require_reached(settings)
    if arguments.no_start:
        print("Start it by: mlops serve worker --data-dir", env.data_dir())
        return 0
    words = [sys.executable, "-m", "mlops.client.main", "serve", "worker", "--data-dir", str(env.data_dir())]
    os.environ.pop("MLOPS_JOIN_TOKEN", None)
    os.execv(words[0], words)  # nosec B606


def _own(arguments: argparse.Namespace) -> dict[str, str]:
    given = {"MLOPS_WORKER_LABELS": arguments.labels, "MLOPS_STEP_SLOTS": arguments.slots}
    return {name: str(value) for name, value in given.items() if value is not None}


def _require_private(url: str, *, allowed: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refusal(
            "url_unreadable", f"“{url}” is no address of a server.", hint="Such as https://studio.example.org."
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not allowed:
        hint = "Use its https:// address; in a network that you trust, --plain-http."
        raise Refusal("not_encrypted", "The server's secrets would travel unencrypted.", hint=hint)


def _require_reached(settings: Mapping[str, str]) -> None:
    """Whether the database and the broker take connections from here. Raises Refusal `not_reached`."""
    for name, usual in (("MLOPS_DATABASE_URL", 5432), ("MLOPS_BROKER_URL", 6379)):
        parts = urlsplit(settings.get(name, ""))
        if not parts.hostname:
            continue
        port = parts.port or (5672 if parts.scheme.startswith("amqp") else usual)
        try:
            socket.create_connection((parts.hostname, port), timeout=CONNECT_SECONDS).close()
        except OSError as error:
            raise Refusal(
                "not_reached",
                f"{name} names {parts.hostname}:{port}, which this machine does not reach: {error}.",
                hint=f"Open the way to it, then `mlops serve worker`; or set {name} here to how it is reached.",
            ) from error


def _host() -> str:
    return socket.gethostname()[:150]
