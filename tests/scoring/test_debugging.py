"""A script that is worked on: loaded again when it changes, and stepped through by a debugger."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from typing import Any

import pytest

from tests.scoring.folders import script_folder
from tests.scoring.running import free_port, scoring, wait_for

FIRST = "def init():\n    pass\n\n\ndef run(data):\n    answer = 1\n    return answer\n"


def test_a_changed_script_is_loaded_again_by_itself(tmp_path):
    folder = script_folder(tmp_path / "server", FIRST)
    with scoring(folder, "--reload") as client:
        assert client.post("/score", content=b"{}").json() == 1
        (folder / "score.py").write_text(FIRST.replace("answer = 1", "answer = 2"))
        wait_for(lambda: client.post("/score", content=b"{}").text == "2", seconds=15)
        (folder / "score.py").write_text(
            "def init():\n    raise ValueError('no weights')\n\n\ndef run(data):\n    return 1\n"
        )
        wait_for(lambda: "no weights" in client.get("/readyz").text, seconds=15)
        (folder / "score.py").write_text(FIRST)
        wait_for(lambda: client.post("/score", content=b"{}").text == "1", seconds=15)


def test_a_hangup_signal_loads_the_script_again(tmp_path):
    folder = script_folder(tmp_path / "server", FIRST)
    with scoring(folder) as client:
        (folder / "score.py").write_text(FIRST.replace("answer = 1", "answer = 3"))
        os.kill(int(client.headers["x-test-pid"]), signal.SIGHUP)
        wait_for(lambda: client.post("/score", content=b"{}").text == "3", seconds=15)


class Debugger:
    """The few words of the Debug Adapter Protocol that a breakpoint takes."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._file = self._socket.makefile("rb")
        self._number = 0

    def ask(self, command: str, **arguments: Any) -> int:
        self._number += 1
        message = {"seq": self._number, "type": "request", "command": command, "arguments": arguments}
        body = json.dumps(message).encode()
        self._socket.sendall(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        return self._number

    def until(self, kind: str, name: str) -> dict[str, Any]:
        """The next `event` or `response` of that name."""
        while True:
            size = 0
            while (line := self._file.readline().strip()) or not size:
                if line.lower().startswith(b"content-length:"):
                    size = int(line.split(b":")[1])
            message: dict[str, Any] = json.loads(self._file.read(size))
            if message["type"] == kind and message.get("event" if kind == "event" else "command") == name:
                return message

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def debug_port(monkeypatch):
    port = free_port()
    monkeypatch.setenv("MLOPS_DEBUG_PORT", str(port))
    return port


def test_a_debugger_stops_in_run_and_sees_its_variables(tmp_path, debug_port):
    folder = script_folder(tmp_path / "server", FIRST)
    with scoring(folder) as client:
        debugger = Debugger(debug_port)
        debugger.ask("initialize", adapterID="test")
        debugger.ask("attach", justMyCode=False)
        debugger.until("event", "initialized")
        source = {"path": str(folder / "score.py")}
        debugger.ask("setBreakpoints", source=source, breakpoints=[{"line": 7}])
        assert debugger.until("response", "setBreakpoints")["body"]["breakpoints"][0]["verified"]
        debugger.ask("configurationDone")
        answers: list[str] = []
        caller = threading.Thread(target=lambda: answers.append(client.post("/score", content=b"{}").text))
        caller.start()
        stopped = debugger.until("event", "stopped")["body"]
        assert stopped["reason"] == "breakpoint"
        debugger.ask("stackTrace", threadId=stopped["threadId"])
        frame = debugger.until("response", "stackTrace")["body"]["stackFrames"][0]
        debugger.ask("evaluate", expression="answer", frameId=frame["id"])
        assert (frame["name"], debugger.until("response", "evaluate")["body"]["result"]) == ("run", "1")
        debugger.ask("continue", threadId=stopped["threadId"])
        caller.join(15)
        debugger.close()
        assert answers == ["1"]


def test_a_wrong_debug_port_is_told_as_the_reason(tmp_path, monkeypatch):
    monkeypatch.setenv("MLOPS_DEBUG_PORT", "here")
    with scoring(script_folder(tmp_path / "server", FIRST), ready=503) as client:
        wait_for(lambda: "MLOPS_DEBUG_PORT is “here”" in client.get("/readyz").json()["reasons"][0])


def test_edits_of_equal_size_within_a_second_are_seen_and_no_bytecode_is_left(tmp_path):
    script = "import extra\n\n\ndef init():\n    pass\n\n\ndef run(data):\n    return extra.ANSWER\n"
    folder = script_folder(tmp_path / "server", script)
    (folder / "extra.py").write_text("ANSWER = 0\n")
    with scoring(folder) as client:
        for answer in range(1, 5):
            (folder / "extra.py").write_text(f"ANSWER = {answer}\n")
            os.kill(int(client.headers["x-test-pid"]), signal.SIGHUP)
            wait_for(lambda expected=str(answer): client.post("/score", content=b"{}").text == expected, seconds=15)
    assert not list(folder.rglob("__pycache__"))
