"""Ways to the engine from afar: by TCP that can be cut, by TLS, and by what stands for SSH."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SSH = """#!/bin/sh
echo "$@" >> {log}
exec docker --host {engine} system dial-stdio
"""


@contextmanager
def proxy(engine_url: str, *, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, threading.Event]]:
    """Its address, and what cuts it while it is set."""
    path = engine_url.removeprefix("unix://")
    cut = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            try:
                caller, _address = listener.accept()
            except TimeoutError:
                continue
            if cut.is_set():
                caller.close()
                continue
            if tls is not None:
                try:
                    caller = tls.wrap_socket(caller, server_side=True)
                except OSError:
                    continue
            engine = socket.socket(socket.AF_UNIX)
            engine.connect(path)
            for source, sink in ((caller, engine), (engine, caller)):
                threading.Thread(target=_pump, args=(source, sink), daemon=True).start()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}", cut
    finally:
        ended.set()
        thread.join()
        listener.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while part := source.recv(65_536):
            sink.sendall(part)
    except OSError:
        pass
    finally:
        for end in (source, sink):
            end.close()


def certificates(folder: Path) -> ssl.SSLContext:
    """An authority, a server's and a client's certificate in `folder`; the context asks callers for theirs."""
    folder.mkdir(parents=True)
    _openssl(folder, "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority "
             "-keyout ca.key -out ca.pem")  # fmt: skip
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1")
    for name in ("server", "client"):
        _openssl(folder, f"req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={name} "
                 f"-keyout {name}.key -out {name}.csr")  # fmt: skip
        _openssl(folder, f"x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
                 f"-extfile names -out {name}.pem")  # fmt: skip
    (folder / "client.pem").rename(folder / "cert.pem")
    (folder / "client.key").rename(folder / "key.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "ca.pem"))
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def ssh(folder: Path, engine_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program `ssh` that takes every host for this machine; the result is what it was called with."""
    folder.mkdir()
    log = folder / "log"
    program = folder / "ssh"
    program.write_text(SSH.format(log=log, engine=engine_url))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return log


def _openssl(folder: Path, words: str) -> None:
    subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)
