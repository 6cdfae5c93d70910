"""Runs in Prefect's own environment: `prefect_flow.py POOL RUNS CHAINS LENGTH` prints the seconds."""

import sys
import time

from prefect import flow, task
from prefect.task_runners import ProcessPoolTaskRunner, ThreadPoolTaskRunner

POOLS = {"processes": ProcessPoolTaskRunner, "threads": ThreadPoolTaskRunner}


@task(persist_result=False)
def nothing(before: object = None) -> None:
    return None


@flow
def steps(chains: int, length: int) -> None:
    last = [None] * chains
    for _place in range(length):
        last = [nothing.submit(one, wait_for=[one] if one is not None else None) for one in last]
    for one in last:
        one.result()


if __name__ == "__main__":
    pool = POOLS[sys.argv[1]](max_workers=4)
    runs, chains, length = map(int, sys.argv[2:])
    began = time.monotonic()
    for _run in range(runs):
        steps.with_options(task_runner=pool.duplicate())(chains, length)
    print(time.monotonic() - began)
