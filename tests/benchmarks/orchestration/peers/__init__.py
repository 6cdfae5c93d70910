"""Other orchestrators, each set up as lightly as its documentation allows, with four places for steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.benchmarks.orchestration import Shape, Taken
from tests.benchmarks.orchestration.peers import airflow, dagster, prefect


class Peer(NamedTuple):
    """`steps`: of each shape; fewer than ours where a step takes seconds, which is said in the table."""

    name: str
    environment: str
    requirements: tuple[str, ...]
    steps: int
    measure: Callable[[Shape], Taken]


PEERS = {
    one.name: one
    for one in (
        Peer("prefect", "prefect", ("prefect==3.9.1",), 200, prefect.measure),
        Peer("prefect-threads", "prefect", ("prefect==3.9.1",), 200, prefect.measure_threads),
        Peer("dagster", "dagster", ("dagster==1.13.27",), 40, dagster.measure),
        Peer(
            "airflow",
            "airflow",
            ("apache-airflow==3.3.2", "apache-airflow-providers-standard", "psycopg2-binary", "asyncpg"),
            40,
            airflow.measure,
        ),
    )
}
