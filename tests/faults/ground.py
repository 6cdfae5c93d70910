"""What a studio stands on: SQLite and a folder as the broker, or PostgreSQL with Redis or RabbitMQ."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Protocol

from tests.faults.nets import Net
from tests.faults.seats import Seat
from tests.faults.wire import Wire
from tests.journeys.conftest import free_port
from tests.scaled import of_its_own
from tests.services import QUICKLY, rabbitmq

KEPT = "-c synchronous_commit=on"
"""What is committed survives the loss of the database's processes, which is not the loss of the machine's power."""


class Ground(Protocol):
    """`variables`: what every process of the studio is told. `host`: an address of this machine that all of them
    reach."""

    variables: dict[str, str]
    host: str

    def seats(self, web_port: int) -> list[Seat]:
        """Of workers that are to be somewhere else than the rest."""
        ...

    def lose_a_claim(self) -> None: ...
    def unplug(self) -> None: ...
    def plug_in(self) -> None: ...
    def restart_database(self) -> None: ...
    def cut_connections(self) -> None: ...
    def restart_broker(self) -> None: ...
    def empty_broker(self) -> None: ...
    def double_messages(self) -> None: ...
    def stop(self) -> None: ...


class Embedded:
    """SQLite and the folder `broker` of the data directory, or what all tests stand on; it keeps its database."""

    host = "127.0.0.1"

    def __init__(self, data: Path) -> None:
        self.variables = of_its_own(data)
        self._queue = data / "broker" / "queue"

    def seats(self, web_port: int) -> list[Seat]:
        return []

    def lose_a_claim(self) -> None:
        pass

    def unplug(self) -> None:
        pass

    def plug_in(self) -> None:
        pass

    def restart_database(self) -> None:
        pass

    def cut_connections(self) -> None:
        pass

    def restart_broker(self) -> None:
        self.empty_broker()

    def empty_broker(self) -> None:
        for message in self._queue.glob("*.msg"):
            message.unlink(missing_ok=True)

    def double_messages(self) -> None:
        """What waits is delivered again, and late."""
        for message in list(self._queue.glob("*.msg")):
            _number, rest = message.name.split("_", 1)
            queue = rest.split(".", 1)[1]
            again = self._queue / f"{time.time_ns() + 2_000_000_000}_{secrets.token_hex(16)}.{queue}"
            try:
                shutil.copyfile(message, again.with_suffix(".part"))
                again.with_suffix(".part").replace(again)
            except FileNotFoundError:  # it was taken in this moment
                continue

    def stop(self) -> None:
        pass


class Scaled:
    """PostgreSQL and Redis on free ports, below `folder`. With a `net`, one worker reaches them from there alone."""

    def __init__(self, folder: Path, *, net: Net | None = None) -> None:
        self._folder = folder
        self._net = net
        self.host = net.host if net is not None else "127.0.0.1"
        self._database = folder / "postgres"
        self._database_port, self._broker_port = free_port(), free_port()
        self._redis: subprocess.Popen[bytes] | None = None
        self._url = f"postgres://postgres@127.0.0.1:{self._database_port}/postgres"
        self._wires = [Wire(self._database_port, host=self.host)]
        self.variables = self._variables(database_port=self._wires[0].port, broker_port=self._broker_port)
        folder.mkdir(parents=True)
        for above in (folder, *folder.parents[:-2]):
            above.chmod(above.stat().st_mode | 0o011)
        self._database.mkdir(mode=0o700)
        self._before: list[str] = []
        if os.geteuid() == 0:
            account = _account()
            os.chown(self._database, account.pw_uid, account.pw_gid)
            self._before = ["runuser", "-u", account.pw_name, "--"]
        self._run("initdb", "-D", str(self._database), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C")
        self._start_database()
        self._start_broker()

    def seats(self, web_port: int) -> list[Seat]:
        if self._net is None:
            return []
        broker, web = (Wire(port, host=self.host) for port in (self._broker_port, web_port))
        self._wires += [broker, web]
        told = self._variables(database_port=self._wires[0].port, broker_port=broker.port)
        return [Seat(before=self._net.before, variables={**told, "MLOPS_URL": f"http://{self.host}:{web.port}"})]

    def lose_a_claim(self) -> None:
        self._wires[0].lose_a_claim()

    def unplug(self) -> None:
        if self._net is not None:
            self._net.unplug()

    def plug_in(self) -> None:
        if self._net is not None:
            self._net.plug_in()

    def restart_database(self) -> None:
        """As by the loss of its machine: no connection ends in order."""
        self._pg_ctl("-m", "immediate", "-t", "120", "stop")
        self._start_database()

    def cut_connections(self) -> None:
        import psycopg

        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    def restart_broker(self) -> None:
        """What it held is gone: it keeps nothing on the disk."""
        self._stop_broker()
        time.sleep(2)
        self._start_broker()

    def empty_broker(self) -> None:
        self._client().flushall()

    def double_messages(self) -> None:
        client = self._client()
        waiting = client.lrange("mlops", 0, -1)
        if waiting:
            client.lpush("mlops", *waiting)

    def stop(self) -> None:
        self._stop_broker()
        self._pg_ctl("-m", "immediate", "-t", "120", "stop")
        for wire in self._wires:
            wire.close()

    def _variables(self, *, database_port: int, broker_port: int) -> dict[str, str]:
        database = f"postgres://postgres@{self.host}:{database_port}/postgres"
        host = "127.0.0.1" if broker_port == self._broker_port else self.host
        return {"MLOPS_DATABASE_URL": database, **self._broker_variables(host, broker_port)}

    def _broker_variables(self, host: str, port: int) -> dict[str, str]:
        url = f"redis://{host}:{port}/0"
        return {"MLOPS_BROKER_URL": url, "MLOPS_REDIS_URL": url}

    def _client(self):  # type: ignore[no-untyped-def]
        import redis

        return redis.Redis(port=self._broker_port)

    def _start_broker(self) -> None:
        words = ["redis-server", "--port", str(self._broker_port), "--save", "", "--appendonly", "no", "--bind"]
        self._redis = subprocess.Popen([*words, "127.0.0.1"], cwd=self._folder, stdout=subprocess.DEVNULL)
        _wait_for(lambda: bool(self._client().ping()))

    def _stop_broker(self) -> None:
        if self._redis is not None:
            self._redis.send_signal(signal.SIGKILL)
            self._redis.wait()

    def _start_database(self) -> None:
        told = f"-p {self._database_port} -k {self._database} {QUICKLY} {KEPT}"
        self._pg_ctl("-w", "-t", "120", "-l", f"{self._database}/log", "-o", told, "start")

    def _pg_ctl(self, *words: str) -> None:
        self._run("pg_ctl", "-D", str(self._database), *words)

    def _run(self, program: str, *words: str) -> None:
        bins = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        place = shutil.which(program) or str(bins[-1] / program)
        subprocess.run([*self._before, place, *words], check=True, stdout=subprocess.DEVNULL, cwd="/")


class Rabbit(Scaled):
    """RabbitMQ in the place of Redis. One that is started again has kept what waited."""

    def restart_broker(self) -> None:
        self._stop_broker()
        self._start_broker()

    def empty_broker(self) -> None:
        with self._connection() as connection:
            connection.default_channel.queue_purge("mlops")

    def double_messages(self) -> None:
        """What waits is taken, and put back twice."""
        with self._connection() as connection:
            channel = connection.default_channel
            while (message := channel.basic_get("mlops")) is not None:
                for _time in range(2):
                    channel.basic_publish(message, routing_key="mlops")
                channel.basic_ack(message.delivery_tag)
                if message.delivery_info["message_count"] == 0:
                    break

    def _connection(self):  # type: ignore[no-untyped-def]
        import kombu

        return kombu.Connection(f"amqp://guest:guest@127.0.0.1:{self._broker_port}//")

    def _broker_variables(self, host: str, port: int) -> dict[str, str]:
        return {"MLOPS_BROKER_URL": f"amqp://guest:guest@{host}:{port}//"}

    def _start_broker(self) -> None:
        self._running = rabbitmq(self._folder / "rabbitmq", port=self._broker_port)
        self._running.__enter__()

    def _stop_broker(self) -> None:
        self._running.__exit__(None, None, None)


def _account() -> pwd.struct_passwd:
    """Who runs a database for root, as it does not want to run as root."""
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _wait_for(is_so) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + 30
    while True:
        try:
            if is_so():
                return
        except Exception:  # whatever a client says of a server that is not there yet
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)
