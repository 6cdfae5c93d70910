"""The packages of a bundle, for a platform that is not this machine: locked with hashes, then unpacked, by uv."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.images.locks import Wanted

UV_PLATFORMS = {"x86_64": "x86_64-manylinux_2_28", "aarch64": "aarch64-manylinux_2_28"}
LOCK_FILE, READY_FILE = "requirements.lock", ".ready"
SECONDS = 900.0


def site_folder(
    wanted: Wanted, *, platform: str, python: str, cache: Path, beat: Callable[[], None] = lambda: None
) -> Path:
    """A folder of unpacked packages below `cache`; equal wishes share it. Raises Refusal `wheels_missing`."""
    place = cache / hashlib.sha256(f"{platform} {python} {wanted.key}".encode()).hexdigest()[:32]
    if (place / READY_FILE).is_file():
        return place / "site"
    cache.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=cache))
    try:
        _fill(draft, wanted, platform=platform, python=python, beat=beat)
        (draft / READY_FILE).touch()
        shutil.rmtree(place, ignore_errors=True)
        draft.rename(place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return place / "site"


def _fill(draft: Path, wanted: Wanted, *, platform: str, python: str, beat: Callable[[], None]) -> None:
    for name, lines in (("requirements.in", wanted.packages), ("constraints.in", wanted.constraints)):
        (draft / name).write_text("".join(f"{line}\n" for line in lines))
    target = ["--python-platform", UV_PLATFORMS[platform], "--python-version", python, "--only-binary", ":all:"]
    lock = ["pip", "compile", "requirements.in", "-c", "constraints.in", "--output-file", LOCK_FILE]
    _uv([*lock, "--generate-hashes", "--no-header", "-q", *target], folder=draft, platform=platform, beat=beat)
    install = ["pip", "install", "--target", "site", "-r", LOCK_FILE, "--require-hashes", "--no-deps", "-q"]
    _uv([*install, *target, "--link-mode", "copy"], folder=draft, platform=platform, beat=beat)
    for name in ("bin", ".lock"):
        leftover = draft / "site" / name
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink(missing_ok=True)


def _uv(arguments: Sequence[str], *, folder: Path, platform: str, beat: Callable[[], None]) -> None:
    import uv

    said = folder / "uv.log"
    with said.open("wb") as log:
        child = subprocess.Popen(
            [uv.find_uv_bin(), *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "NO_COLOR": "1", "UV_NO_PROGRESS": "1"},
        )
        try:
            _wait(child, beat)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
    if child.returncode:
        lines = [line.strip() for line in said.read_text(errors="replace").splitlines() if line.strip()]
        raise Refusal(
            "wheels_missing",
            _("The packages of the bundle cannot be had for %(platform)s: %(join)s")
            % {"platform": platform, "join": " ".join(lines)[-600:] or _("uv failed")},
            hint=_("Is the package index reachable, and does every package have a wheel for this platform?"),
        )


def _wait(child: subprocess.Popen[bytes], beat: Callable[[], None]) -> None:
    deadline, next_beat = time.monotonic() + SECONDS, time.monotonic()
    while child.poll() is None:
        now = time.monotonic()
        if now > deadline:
            raise Refusal(
                "wheels_late",
                _("The packages of the bundle were not there within %(seconds)s seconds.")
                % {"seconds": f"{SECONDS:.0f}"},
            )
        if now > next_beat:
            beat()
            next_beat = now + 5
        time.sleep(0.05)
