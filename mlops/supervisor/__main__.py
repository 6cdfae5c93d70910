"""`python -m mlops.supervisor --plan FILE --state FILE`: keeps the scoring servers of a plan alive, nothing else."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mlops.supervisor.supervisor import Supervisor
from mlops.trail import lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.supervisor", description="Keeps a plan's scoring servers alive.")
    parser.add_argument("--plan", required=True, type=Path, help="the serving plan's file")
    parser.add_argument("--state", required=True, type=Path, help="where the servers' states are written")
    parser.add_argument("--routing", type=Path, help="the routing table: a server is stopped only once it is not in it")
    parser.add_argument("--logs", type=Path, help="the folder of the servers' logs (default: beside the state file)")
    arguments = parser.parse_args()
    lines.set_up("supervisor")
    supervisor = Supervisor(
        plan_file=arguments.plan,
        state_file=arguments.state,
        routing_file=arguments.routing,
        logs_dir=arguments.logs or arguments.state.absolute().parent / "logs",
    )
    supervisor.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
