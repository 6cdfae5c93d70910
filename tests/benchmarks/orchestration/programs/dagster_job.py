"""Runs in Dagster's own environment: `dagster_job.py RUNS CHAINS LENGTH` prints the seconds."""

import os
import sys
import time

from dagster import DagsterInstance, In, Nothing, execute_job, job, multiprocess_executor, op, reconstructable

CHAINS, LENGTH = int(os.environ.get("CHAINS", "1")), int(os.environ.get("LENGTH", "1"))
EXECUTOR = multiprocess_executor.configured(
    {"max_concurrent": 4, "start_method": {"forkserver": {"preload_modules": ["dagster"]}}}
)


@op
def first() -> None:
    return None


@op(ins={"before": In(Nothing)})
def nothing() -> None:
    return None


@job(executor_def=EXECUTOR)
def steps() -> None:
    for chain in range(CHAINS):
        last = first.alias(f"c{chain}s0")()
        for place in range(1, LENGTH):
            last = nothing.alias(f"c{chain}s{place}")(before=last)


if __name__ == "__main__":
    runs, os.environ["CHAINS"], os.environ["LENGTH"] = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    sys.path.insert(0, os.path.dirname(__file__))
    from dagster_job import steps as wanted  # once more, with the chains of this call

    began = time.monotonic()
    with DagsterInstance.get() as instance:
        for _run in range(runs):
            assert execute_job(reconstructable(wanted), instance=instance).success
    print(time.monotonic() - began)
