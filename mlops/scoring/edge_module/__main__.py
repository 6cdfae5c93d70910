"""`python -m mlops.scoring.edge_module --folder DIR [--port N]`: the scoring server, and the bridge to the hub."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys

from mlops.formats.refusal import Refusal
from mlops.scoring.edge_module.bridge import Bridge
from mlops.scoring.edge_module.identity import identity_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.scoring.edge_module", description="A module of Azure IoT Edge.")
    parser.add_argument("--folder", required=True, help="the folder with serving.json")
    parser.add_argument("--port", default=5001, type=int, help="of the scoring server (default: 5001)")
    arguments = parser.parse_args()
    try:
        bridge = Bridge(identity_of(os.environ), scoring_port=arguments.port)
    except Refusal as refusal:
        print(f"{refusal.message} {refusal.hint}".strip(), file=sys.stderr)
        return 3
    return asyncio.run(_run(bridge, arguments.folder, arguments.port))


async def _run(bridge: Bridge, folder: str, port: int) -> int:
    """Ends with the scoring server, whose status it passes on: the runtime starts both again."""
    words = ["-m", "mlops.scoring", "--folder", folder, "--host", "0.0.0.0", "--port", str(port)]  # nosec B104
    server = await asyncio.create_subprocess_exec(sys.executable, *words)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.terminate)
    bridging = asyncio.create_task(bridge.run())
    status = await server.wait()
    bridging.cancel()
    return status


if __name__ == "__main__":
    sys.exit(main())
