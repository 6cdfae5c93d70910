"""A conda tool of this machine, for packages that only conda's channels have."""

from __future__ import annotations

import shutil
from pathlib import Path

from mlops.formats.definition import Requirements
from mlops.formats.environment_key import own_python

TOOLS = ("micromamba", "mamba", "conda")
REMEDY = "Install micromamba on the worker (one file on its PATH), or take these packages out of the file."


def creating(requirements: Requirements, folder: Path) -> tuple[str, ...]:
    """The command that makes the environment with its conda packages; empty where there is no tool."""
    tool = next((path for name in TOOLS if (path := shutil.which(name))), "")
    if not tool:
        return ()
    channels = [word for one in requirements.channels or ("conda-forge",) for word in ("-c", one)]
    specs = [f"python={requirements.python or own_python()}", "pip", *requirements.conda]
    return (tool, "create", "--yes", "--prefix", str(folder), "--override-channels", *channels, *specs)
