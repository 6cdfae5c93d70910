"""Known vulnerabilities of locked packages, as PyPI's JSON (the data of pip-audit) tells them; asked by a worker, in a
child process, and kept with the time at which they were asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
from django.utils import timezone

import mlops
from mlops.environments.building import surroundings
from mlops.environments.models import Environment
from mlops.formats.lock import read_lock

MOST_SECONDS = 120


def advice_for(key: str) -> dict[str, Any]:
    """`checked_at`, `problem` and `findings`; empty where nobody has asked yet."""
    found = Environment.objects.filter(key=key).values_list("advice", flat=True).first()
    return found or {}


def check(key: str) -> None:
    """Asks, and keeps the answer. What cannot be reached is said, and an earlier answer stays."""
    row = Environment.objects.get(key=key)
    packages = [[one.name, one.version] for one in read_lock(row.lock)]
    advice = dict(row.advice)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "mlops.runtime.vulnerabilities"],
            input=msgspec.json.encode(packages),
            capture_output=True,
            timeout=MOST_SECONDS,
            cwd=Path(mlops.__file__).parent.parent,
            env=surroundings(),
            check=False,
        )
        answer = msgspec.json.decode(done.stdout) if done.returncode == 0 else {"problem": _last(done.stderr)}
    except (subprocess.TimeoutExpired, msgspec.DecodeError) as error:
        answer = {"problem": str(error)}
    now = timezone.now().isoformat()
    if answer.get("problem"):
        advice |= {"problem": answer["problem"], "asked_at": now}
    else:
        advice = {"problem": "", "asked_at": now, "checked_at": now, "findings": answer["findings"]}
        advice["unknown"] = answer.get("unknown", [])
    Environment.objects.filter(key=key).update(advice=advice)


def _last(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "It ended without an answer."
