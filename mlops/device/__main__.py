"""`run` of a bundle ends here, with MLOPS_BUNDLE (its folder) and MLOPS_DEVICE_HOME (what the device keeps)."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from mlops.device.agent import Agent
from mlops.device.home import Home
from mlops.device.unpacking import read_manifest
from mlops.device.verify import fingerprint
from mlops.formats.bundle import RUN_FILE, BundleManifest
from mlops.formats.refusal import Refusal

PORT = 8080
PERIOD_SECONDS = 300.0


def main() -> int:
    arguments = _arguments()
    try:
        return _run(arguments)
    except Refusal as refusal:
        print(f"{refusal.message} {refusal.hint}".strip(), file=sys.stderr, flush=True)
        return 3


def _run(arguments: argparse.Namespace) -> int:
    bundle = Path(os.environ["MLOPS_BUNDLE"]).absolute()
    manifest = read_manifest(bundle)
    home = Home(Path(os.environ["MLOPS_DEVICE_HOME"]).absolute())
    lock = home.hold()
    home.trust(manifest.public_key)
    if arguments.token:
        home.keep_token(arguments.token)
    _run_newer(home, manifest, lock)
    server = arguments.server or manifest.server
    agent = Agent(home, bundle, server=server, period_seconds=arguments.period)
    asyncio.run(_serve(agent, arguments.host, arguments.port))
    return 0


def _run_newer(home: Home, manifest: BundleManifest, lock: int) -> None:
    """Hands this process over to the bundle that an update put in place. It is checked once more by its own `run`."""
    newer = home.current
    if newer is None or newer.serial <= manifest.serial or not (Path(newer.folder) / RUN_FILE).is_file():
        return
    os.close(lock)
    os.environ["MLOPS_DEVICE_HOME"] = str(home.folder)
    run = f"{newer.folder}/{RUN_FILE}"
    os.execv(run, [run, *sys.argv[1:]])


async def _serve(agent: Agent, host: str, port: int) -> None:
    manifest = agent.manifest
    try:
        port = await agent.front.listen(host, port)
    except OSError as error:
        raise Refusal("port_taken", f"The port {port} cannot be used: {error}.", hint="Give --port N.") from None
    key = fingerprint(manifest.public_key)
    print(f"{manifest.model} (bundle {manifest.serial}, key {key}) at http://{host}:{port}/score", flush=True)
    running = asyncio.create_task(agent.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        print("ended", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run", description="Serves the model of this bundle on this device.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen at (default: this device alone)")
    parser.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}")
    parser.add_argument("--token", default="", help="the device's token, kept for the next starts")
    parser.add_argument("--server", default="", help="another server than the bundle's")
    parser.add_argument("--period", type=float, default=PERIOD_SECONDS, help="seconds between two reports")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
