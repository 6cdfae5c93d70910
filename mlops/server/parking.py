"""The last thing that `mlops up` does: what runs outside of its own processes is stopped as well.

A process of its own, since `mlops up` itself loads no Django; `python -m mlops.server.parking` is its whole work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mlops.server.loading import load_django

ENGINES_FILE = "docker-engines.json"
MOST_SECONDS = 6.0


def park(folder: Path) -> None:
    """Quick where there is nothing; says on standard error where it did not succeed."""
    if not (folder / ENGINES_FILE).exists():
        return
    try:
        done = subprocess.run([sys.executable, "-m", "mlops.server.parking"], timeout=MOST_SECONDS, check=False)
        failed = done.returncode != 0
    except subprocess.TimeoutExpired:
        failed = True
    if failed:
        print("Containers of deployments may still run: see `docker ps --filter label=mlops.studio`.", file=sys.stderr)


def main() -> int:
    load_django()
    from mlops.deployments.targets.docker.parking import park as park_containers

    stopped = park_containers()
    if stopped:
        print(f"Stopped {stopped} container{'s' if stopped > 1 else ''} of deployments.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
