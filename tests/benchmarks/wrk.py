"""Drives wrk against one path, and reads from /proc what that cost the server's processes."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import psutil

_SCRIPT = """
wrk.method = "POST"
wrk.body = io.open("{body}", "rb"):read("*a")
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer key"
done = function(summary, latency, requests)
  io.write(string.format('{{"requests":%d,"microseconds":%d,"failed":%d,"p50":%.1f,"p99":%.1f}}\\n',
    summary.requests, summary.duration,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write
      + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


class Measured(NamedTuple):
    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int
    cpu_us: float
    """CPU time of the server's processes for each request, in microseconds."""


def load(url: str, body: bytes, *, connections: int, seconds: float, pids: list[int]) -> Measured:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "body").write_bytes(body)
        script = folder / "post.lua"
        script.write_text(_SCRIPT.format(body=folder / "body"))
        before = _cpu_seconds(pids)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "-s", str(script), "--timeout", "10s", url]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"wrk failed: {done.stderr or done.stdout}")
        used = _cpu_seconds(pids) - before
    found = json.loads(done.stdout.strip().splitlines()[-1])
    requests = max(found["requests"], 1)
    return Measured(
        per_second=found["requests"] * 1e6 / found["microseconds"],
        p50_ms=found["p50"] / 1000,
        p99_ms=found["p99"] / 1000,
        failed=found["failed"],
        cpu_us=used * 1e6 / requests,
    )


def resident_bytes(pid: int) -> int:
    """Of the process and its children."""
    return sum(one.memory_info().rss for one in _family(pid))


def _family(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _cpu_seconds(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        for one in _family(pid):
            try:
                fields = Path(f"/proc/{one.pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
