"""Builds the browser's bundle when the package is installed or packed, so that running it needs no Node."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NEEDED_NODE = 20
SKIP = "MLOPS_SKIP_FRONTEND"
ENTRIES = ("designer.js", "designer.css", "plots.js", "live.js", "run.js")
SOURCES = ("src", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs for wheels and editable installs; does nothing while the bundle is newer than its sources."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        compile_catalogues(root)
        frontend, bundle = root / "frontend", root / "mlops" / "web" / "static" / "build"
        if os.environ.get(SKIP) == "1":
            self.app.display_warning(f"{SKIP}=1: the bundle is not built, so pages will have no canvas and no plots.")
            return
        if not (frontend / "package.json").exists() or is_fresh(frontend, bundle):
            return
        npm = find_npm()
        self.app.display_info("Building the pages' scripts (npm ci, npm run build) ...")
        run(npm, "ci", "--no-audit", "--no-fund", cwd=frontend)
        run(npm, "run", "build", cwd=frontend)


def compile_catalogues(root: Path) -> None:
    place = root / "mlops" / "locale" / "compiling.py"
    if place.exists():
        runpy.run_path(str(place))["compiled"](place.parent)


def is_fresh(frontend: Path, bundle: Path) -> bool:
    built = [bundle / entry for entry in ENTRIES]
    if not all(file.is_file() for file in built):
        return False
    oldest = min(file.stat().st_mtime for file in built)
    return all(file.stat().st_mtime <= oldest for file in sources(frontend))


def sources(frontend: Path) -> list[Path]:
    found = [frontend / name for name in SOURCES]
    return [file for place in found for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file()]


def find_npm() -> str:
    """The path of npm, with a Node that is new enough behind it; otherwise the build ends with what to do."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        stop(f"{'Node.js' if not node else 'npm'} was not found.")
    printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = re.match(r"v(\d+)", printed)
    if not major or int(major[1]) < NEEDED_NODE:
        stop(f"Node.js {printed or 'of an unknown version'} was found.")
    return npm


def stop(found: str) -> None:
    sys.exit(
        f"{found} The pages' scripts are built at install with Node.js {NEEDED_NODE} or newer, and its npm.\n"
        f"Install it (https://nodejs.org, or your system's packages) and repeat the command, or set {SKIP}=1\n"
        "to install without: everything works then except the canvas, the plots and the live updates in the browser."
    )


def run(*command: str, cwd: Path) -> None:
    """Ends the build with the command's own words when it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-30:])
        sys.exit(f"`{' '.join(['npm', *command[1:]])}` failed in {cwd}:\n{words}")
