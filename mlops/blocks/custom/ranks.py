"""Several processes of one command on this machine, each told its rank as the frameworks expect it."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops.formats.definition import Resources

HOST = "127.0.0.1"
TOGETHER = """
ended() {{ kill $pids 2>/dev/null; wait; exit "$(cat "$TMPDIR/rank-status" 2>/dev/null || echo 1)"; }}
trap ended USR1
pids=""
{ranks}
for pid in $pids; do wait "$pid" || exit $?; done
"""
ONE = """( env {variables} /bin/sh -c "$1"; s=$?
  [ $s -eq 0 ] || {{ echo $s > "$TMPDIR/rank-status"; kill -USR1 $$; }} ) &
pids="$pids $!"
"""


def shell_words(command: str, resources: Resources) -> list[str]:
    """The command in a shell, or as many of it as there are processes; the first that fails ends the others."""
    if not resources.distribution:
        return ["/bin/sh", "-c", command]
    count = resources.processes_per_instance
    port = free_port()
    ranks = [variables_of(rank, count, resources.distribution, port) for rank in range(count)]
    lines = [ONE.format(variables=" ".join(f"{name}='{value}'" for name, value in one.items())) for one in ranks]
    return ["/bin/sh", "-c", TOGETHER.format(ranks="\n".join(lines)), "ranks", command]


def variables_of(rank: int, count: int, distribution: str, port: int) -> dict[str, str]:
    """PyTorch's and Azure ML's names; Open MPI's for `mpi`; TF_CONFIG of TensorFlow for several workers."""
    told = {
        "RANK": rank,
        "LOCAL_RANK": rank,
        "WORLD_SIZE": count,
        "LOCAL_WORLD_SIZE": count,
        "NODE_RANK": 0,
        "GROUP_RANK": 0,
        "MASTER_ADDR": HOST,
        "MASTER_PORT": port,
        "NODE_COUNT": 1,
        "AZUREML_NODE_COUNT": 1,
    }
    if distribution == "mpi":
        told |= {
            "OMPI_COMM_WORLD_RANK": rank,
            "OMPI_COMM_WORLD_SIZE": count,
            "OMPI_COMM_WORLD_LOCAL_RANK": rank,
            "OMPI_COMM_WORLD_LOCAL_SIZE": count,
        }
    if distribution == "tensorflow" and count > 1:
        workers = [f"{HOST}:{port + number}" for number in range(count)]
        told["TF_CONFIG"] = json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": rank}})
    return {name: str(value) for name, value in told.items()}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])
