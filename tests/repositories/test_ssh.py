"""A deploy key opens a repository by SSH; a host that shows another key than before is not talked to."""

from __future__ import annotations

import shlex
import socket
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import paramiko
import pytest

from mlops.repositories.actions import change, connect
from mlops.repositories.looks import try_out
from mlops.repositories.models import Repository
from mlops.repositories.queueing import synchronise
from mlops.repositories.wanted import Wanted

pytestmark = pytest.mark.django_db


class Door(paramiko.ServerInterface):
    """Lets one public key in, and runs git-upload-pack of one repository."""

    def __init__(self, keys: list[str], bare: Any) -> None:
        self.keys, self.bare = keys, bare

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        is_known = any(key.get_base64() in line for line in self.keys)
        return paramiko.AUTH_SUCCESSFUL if is_known else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        word = shlex.split(command.decode())[0].removeprefix("git-")
        assert word in ("upload-pack", "receive-pack")
        threading.Thread(target=self._run, args=(channel, word), daemon=True).start()
        return True

    def _run(self, channel: paramiko.Channel, word: str) -> None:
        child = subprocess.Popen(["git", word, str(self.bare)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert child.stdin is not None
        assert child.stdout is not None

        def feed() -> None:
            while data := channel.recv(65_536):
                child.stdin.write(data)
                child.stdin.flush()
            child.stdin.close()

        threading.Thread(target=feed, daemon=True).start()
        while data := child.stdout.read1(65_536):
            channel.sendall(data)
        channel.send_exit_status(child.wait())
        channel.close()


@pytest.fixture
def ssh_server(origin) -> Iterator[tuple[str, list[str]]]:
    """The address, and the lines of the keys that it lets in."""
    keys: list[str] = []
    host_key = paramiko.RSAKey.generate(1024)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _address = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(host_key)
            transport.start_server(server=Door(keys, origin.bare))

    threading.Thread(target=serve, daemon=True).start()
    yield f"ssh://git@127.0.0.1:{listening.getsockname()[1]}/team/churn.git", keys
    listening.close()


def test_a_deploy_key_opens_it_once_the_host_knows_it(owner, project, ssh_server, taken_up):
    url, keys = ssh_server
    row, _secret = connect(owner, project, Wanted(url=url))
    assert try_out(owner, row) is None
    assert "does not know the deploy key" in row.trouble

    keys.append(row.public_key)
    push = taken_up(synchronise(owner, row))

    assert push.state == "done", push.reason
    assert Repository.objects.get().host_key.startswith("ssh-rsa ")


def test_another_key_of_the_host_is_refused(owner, project, ssh_server):
    url, keys = ssh_server
    row, _secret = connect(owner, project, Wanted(url=url))
    keys.append(row.public_key)
    change(owner, row, Wanted(host_key="ssh-ed25519 AAAA"))

    assert try_out(owner, row) is None
    assert "another key" in row.trouble
