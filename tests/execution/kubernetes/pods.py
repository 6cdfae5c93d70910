"""A pod's container as a process in mount and user surroundings of its own: it sees of the claims what is mounted."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Thing = dict[str, Any]
REFERENCE = re.compile(r"\$(\$|\(([A-Za-z_.-][A-Za-z0-9_.-]*)\))")


class Process:
    """`claims`: name to the folder that it is. Everything of the claims' disk is hidden but for the mounts."""

    def __init__(self, pod: Thing, claims: Mapping[str, Path], *, variables: Mapping[str, str]) -> None:
        spec = pod["spec"]
        self._container = spec["containers"][0]
        self._stage = Path(tempfile.mkdtemp(prefix="mlops-test-pod-"))
        self._stage.chmod(0o755)
        (self._stage / "message").touch()
        (self._stage / "message").chmod(0o666)
        self.lines: list[tuple[str, str]] = []
        """Each with the time at which it was said."""
        script = self._stage / "begin"
        script.write_text("\n".join(self._script(spec, claims, variables)))
        self._popen = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-eu", str(script)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def poll(self) -> int | None:
        status = self._popen.poll()
        if status is not None:
            self._reader.join(5)
        return None if status is None else 128 - status if status < 0 else status

    @property
    def message(self) -> str:
        return (self._stage / "message").read_text()

    def kill(self) -> None:
        if self._popen.poll() is None:
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()

    def clear(self) -> None:
        self.kill()
        subprocess.run(["rm", "-rf", str(self._stage)], check=True)

    def _read(self) -> None:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            now = time.time_ns()
            second = datetime.fromtimestamp(now // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            self.lines.append((f"{second}.{now % 10**9:09d}Z", line.decode(errors="replace").rstrip("\n")))

    def _script(self, spec: Thing, claims: Mapping[str, Path], variables: Mapping[str, str]) -> list[str]:
        container, context = self._container, spec["securityContext"]
        sources = {one["name"]: claims[one["persistentVolumeClaim"]["claimName"]] for one in spec["volumes"]}
        given = {one["name"]: _expanded(one["value"], {}) for one in container["env"]}
        message = str(self._stage / "message")
        words = [_expanded(one, given).replace("/dev/termination-log", message) for one in container["command"]]
        lines, mounts = [], container["volumeMounts"]
        for number, one in enumerate(mounts):
            source, place = sources[one["name"]] / one["subPath"], self._stage / str(number)
            if not source.exists():  # as a kubelet does it
                source.mkdir(parents=True)
            lines += [_made(place, source), _line("mount", "--bind", source, place)]
        for top in {_hidden(folder) for folder in claims.values()}:
            lines.append(_line("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", top))
        for number, one in enumerate(mounts):
            place, target = self._stage / str(number), Path(one["mountPath"])
            lines += [_made(target, sources[one["name"]] / one["subPath"]), _line("mount", "--bind", place, target)]
            if one.get("readOnly"):
                lines.append(_line("mount", "-o", "remount,bind,ro", target))
        env = [f"{name}={value}" for name, value in {**variables, **given}.items()]
        user, group = context["runAsUser"], context["runAsGroup"]
        nobody = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--no-new-privs"]
        lines += [f"mkdir -p {shlex.quote(container['workingDir'])}", f"cd {shlex.quote(container['workingDir'])}"]
        return [*lines, f"exec {shlex.join([*nobody, '--bounding-set=-all', 'env', '-i', *env, *words])}"]


def _line(*words: object) -> str:
    return shlex.join(str(word) for word in words)


def _made(place: Path, source: Path) -> str:
    if source.is_dir():
        return _line("mkdir", "-p", place)
    return f"{_line('mkdir', '-p', place.parent)}; {_line('touch', place)}"


def _hidden(folder: Path) -> Path:
    """The folder, or the first above it that nobody but its owner may enter."""
    closed = [one for one in reversed(folder.parents) if not one.stat().st_mode & 1]
    return closed[0] if closed else folder


def _expanded(text: str, values: Mapping[str, str]) -> str:
    """As Kubernetes does it: two dollars are one, `$(NAME)` is the variable if there is one."""

    def put(match: re.Match[str]) -> str:
        return "$" if match[1] == "$" else values.get(match[2], match[0])

    return REFERENCE.sub(put, text)
