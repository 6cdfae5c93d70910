"""The tests on PostgreSQL and Redis: `python -m tests.scaled WORDS_FOR_PYTEST`, which `.ci/scaled` calls.

The settings of the tests' own process name both; a server that a test starts gets a database of each for itself."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.services import QUICKLY, open_folder, postgres, redis

POSTGRES, REDIS = "TESTS_POSTGRES", "TESTS_REDIS"
SERVERS = 10_000
"""Databases of Redis: two servers at one number would take each other's calls."""


def main(words: list[str]) -> int:
    with (
        open_folder() as folder,
        postgres(folder, settings=QUICKLY) as database,
        redis(folder / "redis", databases=SERVERS) as broker,
    ):
        variables = {
            "MLOPS_DATABASE_URL": database,
            "MLOPS_BROKER_URL": broker,
            "MLOPS_REDIS_URL": broker,
            POSTGRES: database,
            REDIS: broker,
        }
        return subprocess.run([sys.executable, "-m", "pytest", *words], env=os.environ | variables).returncode


def is_scaled() -> bool:
    return POSTGRES in os.environ


def of_its_own(folder: Path) -> dict[str, str]:
    """The variables that a server in this data directory starts with; none where the tests are not scaled."""
    if not is_scaled():
        return {}
    number = int.from_bytes(hashlib.sha256(str(folder.resolve()).encode()).digest()[:6])
    redis_url = os.environ[REDIS].rpartition("/")[0] + f"/{1 + number % (SERVERS - 1)}"
    return {
        "MLOPS_DATABASE_URL": _database(f"server_{number}"),
        "MLOPS_BROKER_URL": redis_url,
        "MLOPS_REDIS_URL": redis_url,
    }


def _database(name: str) -> str:
    """Made where it is not there yet: a test may start a server in one folder twice."""
    import psycopg

    server = os.environ[POSTGRES]
    with psycopg.connect(server, autocommit=True) as link:
        if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            link.execute(f'CREATE DATABASE "{name}"')
    return urlsplit(server)._replace(path=f"/{name}").geturl()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
