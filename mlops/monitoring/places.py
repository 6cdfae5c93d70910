"""Where looks work and keep what later looks can use again: scratch, summaries of baselines, scored baselines."""

from __future__ import annotations

import hashlib
import shutil
import time
from pathlib import Path

from django.conf import settings

KEEP_SECONDS = 30 * 86400.0
SCRATCH_SECONDS = 86400.0


def scratch() -> Path:
    return _folder("scratch")


def summaries() -> Path:
    return _folder("summaries")


def scored(*identity: str) -> Path:
    """Of a model's answers to a dataset version: named by both, which never change."""
    return _folder("scored") / hashlib.sha256("\n".join(identity).encode()).hexdigest()[:32]


def tidy() -> None:
    """Removes what was not used for long, and what killed workers left."""
    now = time.time()
    for name, age in (("scratch", SCRATCH_SECONDS), ("summaries", KEEP_SECONDS), ("scored", KEEP_SECONDS)):
        for path in _folder(name).iterdir():
            if now - path.stat().st_mtime < age:
                continue
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _folder(name: str) -> Path:
    folder = Path(settings.DATA_DIR) / "monitoring" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
