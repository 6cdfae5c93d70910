"""One scoring server and the health checks that it does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops.formats.serving import ServerProcess
from mlops.supervisor import server as subject
from mlops.supervisor.probe import Reply
from mlops.supervisor.server import Server

MANY = 25


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Its program listens nowhere."""
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    wanted = ServerProcess(id="d", revision=1, port=1, folder=str(tmp_path))
    made = Server(wanted, python=str(program), log_file=tmp_path / "log")
    made.start()
    yield made
    made.kill()


def unanswered(server: Server) -> str:
    for _ in range(MANY):
        server.learn(None)
    return server.state


def test_a_server_has_time_to_begin_on_a_busy_machine(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unanswered(server) == "starting"
    monkeypatch.setattr(subject, "_STARTS_WITHIN_SECONDS", 0.0)
    assert unanswered(server) == "unhealthy"


def test_one_that_was_ready_is_told_at_once(server: Server) -> None:
    server.learn(Reply(status=200, body=b""))
    server.learn(None)
    assert server.state == "unhealthy"
