"""`python -m tests.faults --runs 500 --minutes 30 [--postgres | --rabbitmq]`: the long form of the suite of faults."""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import signal
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.faults.ground import Embedded, Ground, Rabbit, Scaled
from tests.faults.injuries import EMBEDDED, SCALED
from tests.faults.nets import Net
from tests.faults.story import tell


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long it is hurt at most")
    parser.add_argument(
        "--settle", type=float, default=300.0, help="seconds in which at least one step ends, afterwards"
    )
    parser.add_argument("--pause", type=float, default=3.0, help="own seconds between two injuries")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--workers", type=int, default=2, help="beside the one of `mlops up`")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL and Redis instead of SQLite")
    parser.add_argument("--rabbitmq", action="store_true", help="on PostgreSQL and RabbitMQ")
    parser.add_argument("--only", default="", help="names of injuries with commas (default: all)")
    parser.add_argument("--keep", action="store_true", help="leave the folder, to look at it")
    arguments = parser.parse_args()
    seed = secrets.randbelow(2**31) if arguments.seed is None else arguments.seed
    is_scaled = arguments.postgres or arguments.rabbitmq
    names = tuple(arguments.only.split(",")) if arguments.only else SCALED if is_scaled else EMBEDDED
    net = Net() if "cut_a_worker_off" in names else None

    def ground(place: Path, data: Path) -> Ground:
        if not is_scaled:
            return Embedded(data)
        return Rabbit(place, net=net) if arguments.rabbitmq else Scaled(place, net=net)

    folder = Path(tempfile.mkdtemp(prefix="faults-", dir="/tmp"))
    print(f"seed {seed}, in {folder}", file=sys.stderr)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # with all that it has begun
    if net is not None:
        net.make()
    try:
        told = tell(
            folder, ground, seed=seed, names=names, runs=arguments.runs, seconds=60 * arguments.minutes,
            pause_seconds=arguments.pause, workers=arguments.workers, settle_seconds=arguments.settle,
        )  # fmt: skip
    finally:
        if net is not None:
            net.remove()
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    shown = asdict(told)
    account = shown.pop("account")
    print(json.dumps(shown, indent=1))
    if told.problems:
        print(account)
    return int(bool(told.problems))


if __name__ == "__main__":
    sys.exit(main())
