"""Airflow 3: scheduler, DAG processor and API server on PostgreSQL, LocalExecutor with four places.

Its steps are rows with heartbeats as ours are: of the three the nearest in what it guarantees."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from mlops.server.ports import free
from tests.benchmarks.orchestration import HERE, Shape, Taken
from tests.benchmarks.orchestration.peers.venvs import bin_of
from tests.benchmarks.orchestration.spent import MARK, Spent
from tests.services import QUICKLY, open_folder, postgres

PATIENCE_SECONDS = 600.0
SERVERS = (("api-server", "--workers", "1"), ("scheduler",), ("dag-processor",))


def measure(shape: Shape) -> Taken:
    bin = bin_of("airflow")
    with ExitStack() as stack:
        folder = stack.enter_context(open_folder())
        os.environ[MARK] = str(folder)
        database = stack.enter_context(postgres(folder, settings=QUICKLY))
        port = free("127.0.0.1")
        variables = {**os.environ, **_settings(folder, database, port, shape)}
        (folder / "dags").mkdir()
        (folder / "dags" / "steps.py").write_text((HERE / "programs" / "airflow_dag.py").read_text())
        run = lambda *words: subprocess.run([str(bin / "airflow"), *words], env=variables, check=True, **_quiet())  # noqa: E731
        run("db", "migrate")
        log = stack.enter_context((folder / "airflow.log").open("ab"))
        for words in SERVERS:
            more = ("--port", str(port)) if words[0] == "api-server" else ()
            server = subprocess.Popen([str(bin / "airflow"), *words, *more], env=variables, stdout=log, stderr=log)
            stack.callback(server.wait, 30)
            stack.callback(server.terminate)
        _wait(database, "SELECT count(*) FROM serialized_dag", folder)
        _wait(database, "SELECT count(*) FROM job WHERE job_type = 'SchedulerJob' AND state = 'running'", folder)
        spent = Spent(str(folder))
        before = spent.seconds()
        for number in range(shape.runs):
            run("dags", "trigger", "steps", "--run-id", f"r{number}")
        ended = f"SELECT (count(*) = {shape.runs})::int FROM dag_run WHERE state IN ('success', 'failed')"
        _wait(database, ended, folder)
        states, seconds = _asked(
            database,
            "SELECT min(state) || max(state), extract(epoch FROM max(end_date) - min(start_date))::float FROM dag_run",
        )
        assert states == "successsuccess", states
        return Taken(shape.steps, seconds, spent.seconds() - before)


def _settings(folder: Path, database: str, port: int, shape: Shape) -> dict[str, str]:
    url = database.replace("postgres://", "postgresql+psycopg2://")
    base = f"http://127.0.0.1:{port}"
    return {
        "AIRFLOW_HOME": str(folder), "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url, "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4", "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": "4",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{base}/execution/", "AIRFLOW__API__BASE_URL": base,
        "AIRFLOW__API_AUTH__JWT_SECRET": "of-this-benchmark-alone-and-long-enough-to-be-taken",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING", "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "CHAINS": str(shape.chains), "LENGTH": str(shape.length),
    }  # fmt: skip


def _quiet() -> dict[str, int]:
    return {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def _wait(database: str, question: str, folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if _asked(database, question)[0]:
            return
        time.sleep(0.5)
    raise RuntimeError(f"Airflow did not get there: {(folder / 'airflow.log').read_text()[-3000:]}")


def _asked(database: str, question: str) -> tuple[object, ...]:
    import psycopg

    with psycopg.connect(database) as link:
        return link.execute(question.encode()).fetchone() or (None,)
