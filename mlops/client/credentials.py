"""Where the commands talk to, and as whom.

The order: `MLOPS_URL`/`MLOPS_TOKEN`; the local server of a data directory that was named; the server of
`mlops login`; the local server of the default data directory."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mlops import env
from mlops.formats.refusal import Refusal

FILE_NAME = "client-credentials.json"


class Credentials(NamedTuple):
    url: str
    token: str
    origin: str
    """Which variable or file they came from, in words."""


def find(environ: Mapping[str, str] = os.environ) -> Credentials:
    """Raises Refusal `not_signed_in` where no server is known."""
    url, token = env.read("MLOPS_URL", environ).rstrip("/"), env.read("MLOPS_TOKEN", environ)
    kept = _kept(environ)
    if url:
        same = next((one for one in kept if one.url == url and not token), None)
        return Credentials(url, token or (same.token if same else ""), "MLOPS_URL")
    if kept:
        first = kept[0]
        return Credentials(first.url, token or first.token, first.origin)
    raise Refusal(
        "not_signed_in",
        f"No server is known: there is no {FILE_NAME} in {env.data_dir(environ)} and nobody signed in.",
        hint="Start one with `mlops up`, or sign in with `mlops login URL`.",
        status=401,
    )


def write(path: Path, *, url: str, token: str) -> None:
    """Replaces the file whole; only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"url": url, "token": token}, file)
    draft.replace(path)


def read(path: Path) -> Credentials | None:
    """None where the file is absent or not ours."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Credentials(str(content["url"]).rstrip("/"), str(content["token"]), str(path))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def login_file(environ: Mapping[str, str] = os.environ) -> Path:
    home = environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(home).expanduser() / "mlops-studio" / "credentials.json"


def _kept(environ: Mapping[str, str]) -> list[Credentials]:
    local, login = env.data_dir(environ) / FILE_NAME, login_file(environ)
    places = [login, local] if env.origin("MLOPS_DATA_DIR", environ) == "default" else [local, login]
    return [found for place in places if (found := read(place))]
