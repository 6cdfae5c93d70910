from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from celery import Celery
from kombu import Connection

from mlops.server import spool
from mlops.server.bell import Bell

PUT = """
import sys; from pathlib import Path; from kombu import Connection; from mlops.server import spool
folder = Path(sys.argv[1])
options = {"data_folder_in": str(folder / "queue"), "data_folder_out": str(folder / "queue"),
           "control_folder": str(folder / "control")}
queue = Connection(spool.URL, transport_options=options).SimpleQueue("mlops", no_ack=True)
for number in range(300): queue.put({"number": number, "text": "x" * 5000})
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "queue").mkdir()
    spool.prepare(tmp_path)
    return tmp_path


def _connection(folder: Path) -> Connection:
    place = {"data_folder_in": str(folder / "queue"), "data_folder_out": str(folder / "queue")}
    return Connection(spool.URL, transport_options=place | {"control_folder": str(folder / "control")})


def test_a_reader_beside_two_writers_gets_every_message_whole(folder: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    writers = [subprocess.Popen([sys.executable, "-c", PUT, str(folder)], cwd=root) for _ in range(2)]
    queue = _connection(folder).SimpleQueue("mlops", no_ack=True)
    numbers = [queue.get(timeout=60).payload["number"] for _ in range(600)]
    assert all(writer.wait(30) == 0 for writer in writers)
    assert sorted(numbers) == sorted([*range(300), *range(300)])


def test_a_message_that_a_full_disk_cut_short_is_passed_over(folder: Path) -> None:
    (folder / "queue" / "1_cut.mlops.msg").write_bytes(b"")
    queue = _connection(folder).SimpleQueue("mlops", no_ack=True)
    queue.put({"number": 7})
    assert queue.get(timeout=10).payload == {"number": 7}


def test_only_the_folder_broker_is_replaced(tmp_path: Path) -> None:
    folder_app, redis_app = Celery(broker="filesystem://"), Celery(broker="redis://localhost")
    for app in (folder_app, redis_app):
        spool.install(app, tmp_path)
    assert type(folder_app.connection_for_write().transport) is spool.Transport
    assert redis_app.conf.broker_url == "redis://localhost"


def test_each_message_is_taken_by_one_reader_without_another_file_system(folder: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    queue = _connection(folder).SimpleQueue("mlops", no_ack=True)
    for number in range(200):
        queue.put({"number": number})
    taken: list[int] = []
    readers = [threading.Thread(target=_take_all, args=(folder, taken)) for _reader in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert sorted(taken) == list(range(200))
    assert list((folder / "queue").iterdir()) == []


def _take_all(folder: Path, taken: list[int]) -> None:
    queue = _connection(folder).SimpleQueue("mlops", no_ack=True)
    with suppress(queue.Empty):
        while True:
            taken.append(queue.get_nowait().payload["number"])


@pytest.mark.parametrize("name", [".1_killed.mlops.msg.77.part", ".1_killed.mlops.msg.taken"])
def test_what_a_killed_process_had_in_hand_is_removed_at_the_next_start(folder: Path, name: str) -> None:
    part = folder / "queue" / name
    part.write_bytes(b"{")
    spool.prepare(folder)
    assert part.exists()
    os.utime(part, (0, 0))
    spool.prepare(folder)
    assert not part.exists()


def test_who_waits_is_woken_by_what_comes(folder: Path) -> None:
    queue = _connection(folder).SimpleQueue("mlops", no_ack=True)
    sender = threading.Timer(0.3, lambda: _connection(folder).SimpleQueue("mlops", no_ack=True).put({"number": 1}))
    sender.start()
    assert queue.get(timeout=20).payload == {"number": 1}
    sender.join()


def test_a_bell_rings_for_what_came_before_the_wait(tmp_path: Path) -> None:
    bell = Bell(tmp_path, pause_seconds=0.01)
    (tmp_path / "part").write_bytes(b"")
    (tmp_path / "part").rename(tmp_path / "whole")
    assert select.select([bell._watch], [], [], 10)[0]
    bell.wait(10)
    assert not select.select([bell._watch], [], [], 0)[0]
    bell.close()


def test_where_nothing_can_ring_waiting_is_a_short_sleep(tmp_path: Path) -> None:
    bell = Bell(tmp_path / "absent", pause_seconds=0.01)
    bell.wait(60)
