"""The tests on PostgreSQL and Redis: `python -m tests.scaled [--rabbitmq] WORDS_FOR_PYTEST`, which `.ci/scaled` calls.
With RabbitMQ the broker is one, and there is no Redis.

The settings of the tests' own process name both; a server that a test starts gets a database of each for itself."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from tests.services import CONTROL as RABBITMQ_CONTROL
from tests.services import QUICKLY, open_folder, postgres, rabbitmq, redis

POSTGRES, REDIS, RABBITMQ, CONTROL = "TESTS_POSTGRES", "TESTS_REDIS", "TESTS_RABBITMQ", "TESTS_RABBITMQ_CONTROL"
SERVERS = 10_000
"""Databases of Redis: two servers at one number would take each other's calls."""


def main(words: list[str]) -> int:
    has_rabbitmq = words[:1] == ["--rabbitmq"]
    broker = _rabbitmq if has_rabbitmq else _redis
    with open_folder() as folder, postgres(folder, settings=QUICKLY) as database, broker(folder) as told:
        variables = {"MLOPS_DATABASE_URL": database, POSTGRES: database, **told}
        command = [sys.executable, "-m", "pytest", *words[has_rabbitmq:]]
        return subprocess.run(command, env=os.environ | variables).returncode


@contextmanager
def _redis(folder: Path) -> Iterator[dict[str, str]]:
    with redis(folder / "redis", databases=SERVERS) as url:
        yield {"MLOPS_BROKER_URL": url, "MLOPS_REDIS_URL": url, REDIS: url}


@contextmanager
def _rabbitmq(folder: Path) -> Iterator[dict[str, str]]:
    with rabbitmq(folder / "rabbitmq") as url:
        yield {"MLOPS_BROKER_URL": url, RABBITMQ: url, CONTROL: str(folder / "rabbitmq" / RABBITMQ_CONTROL)}


def is_scaled() -> bool:
    return POSTGRES in os.environ


def of_its_own(folder: Path) -> dict[str, str]:
    """The variables that a server in this data directory starts with; none where the tests are not scaled."""
    if not is_scaled():
        return {}
    number = int.from_bytes(hashlib.sha256(str(folder.resolve()).encode()).digest()[:6])
    database = {"MLOPS_DATABASE_URL": _database(f"server_{number}")}
    if RABBITMQ in os.environ:
        return database | {"MLOPS_BROKER_URL": _virtual_host(f"server_{number}")}
    redis_url = os.environ[REDIS].rpartition("/")[0] + f"/{1 + number % (SERVERS - 1)}"
    return database | {"MLOPS_BROKER_URL": redis_url, "MLOPS_REDIS_URL": redis_url}


@cache
def _virtual_host(name: str) -> str:
    """One that is there already is left as it is."""
    for words in (("add_vhost", name), ("set_permissions", "-p", name, "guest", ".*", ".*", ".*")):
        subprocess.run([os.environ[CONTROL], "-q", *words], check=True, stdout=subprocess.DEVNULL)
    return os.environ[RABBITMQ].rstrip("/") + f"/{name}"


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
