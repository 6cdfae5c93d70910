"""The walls around a package tool, for it runs the build scripts of packages: it writes the environment and its cache,
and reads beside them what it is configured with."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from mlops.confinement import handed
from mlops.confinement.confining import Confinement

OWN_FOLDER = ".build"
"""In the environment, while it is built: temporary files."""

CONFIGURED = ("~/.config/uv", "~/.netrc", "~/.config/pip", "~/.pip", "/etc/uv", "/etc/pip.conf")


def around_build(folder: Path, tool: str) -> Confinement:
    """Of the environment in `folder`. Without walls where the worker handed none down."""
    text = os.environ.get(handed.VARIABLE, "")
    if not text:
        return Confinement(mode="off")
    tmp, cache = folder / OWN_FOLDER, cache_folder()
    for path in (tmp, cache):
        path.mkdir(parents=True, exist_ok=True)
    configured = [os.path.expanduser(path) for path in CONFIGURED]
    return replace(
        handed.read(text),
        given=(os.path.dirname(os.path.realpath(tool)), str(folder), *configured, *_named_in_variables()),
        writes=(str(folder), str(cache)),
        pythons=(str(folder / "bin" / "python"),),
        tmp=str(tmp),
    )


def variables_of_build(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != handed.VARIABLE}
    return {**kept, "TMPDIR": str(folder / OWN_FOLDER)} if handed.VARIABLE in os.environ else kept


def cache_folder() -> Path:
    """Where uv keeps what it fetched (`uv cache dir`)."""
    if given := os.environ.get("UV_CACHE_DIR"):
        return Path(given).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "uv"


def _named_in_variables() -> list[str]:
    """Local folders of packages, configuration and certificates that UV_… and PIP_… name."""
    ours = ("UV_", "PIP_", "NETRC")
    words = [word for name, value in os.environ.items() if name.startswith(ours) for word in value.split()]
    paths = [urlsplit(word).path if word.startswith("file://") else word for word in words]
    return [path for path in paths if os.path.isabs(path) and path != "/"]
