"""`python -m tests.benchmarks.peers [NAME…]`: installs the peers' virtual environments, once."""

from __future__ import annotations

import subprocess
import sys

from tests.benchmarks.peers import PEERS, VENVS


def main() -> int:
    failed = 0
    for peer in PEERS:
        venv = VENVS / peer.name
        if sys.argv[1:] and peer.name not in sys.argv[1:]:
            continue
        if not (venv / "bin" / "python").exists():
            subprocess.run(["uv", "venv", "-q", "--python", sys.executable, str(venv)], check=True)
        done = subprocess.run(["uv", "pip", "install", "-q", "--python", str(venv / "bin/python"), *peer.requirements])
        print(f"{peer.name}: {'installed' if done.returncode == 0 else 'cannot be installed'}")
        failed += done.returncode != 0
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
