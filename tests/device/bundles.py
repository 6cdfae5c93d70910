"""Bundles for tests: manifests, and real ones that serve."""

from __future__ import annotations

import platform
import sys
import tarfile
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import msgspec

from mlops.formats.bundle import BundleManifest
from mlops.packaging.bundles.archive import write_bundle
from mlops.packaging.bundles.signing import public_key, sign
from mlops.packaging.bundles.wheels import site_folder
from mlops.packaging.images.locks import Wanted
from mlops.packaging.images.packages import ONNX, SERVER, installed, pinned

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
NAME = "prices-blue"


def manifest(**changes: Any) -> BundleManifest:
    plain = BundleManifest(
        serial=1,
        deployment_id="d1",
        project="churn",
        endpoint="prices",
        deployment="blue",
        revision=1,
        model="prices:1",
        platform="x86_64",
        python=PYTHON,
        created_at="2026-11-25T00:00:00Z",
        server="",
        golden=1,
        public_key=public_key(),
        files={},
    )
    return msgspec.structs.replace(plain, **changes)


@cache
def site(entry: str) -> Path:
    """This machine's packages, resolved once a session."""
    cache_folder = Path(mkdtemp(prefix="mlops-site-"))
    names = ONNX if entry == "onnx" else SERVER
    wanted = Wanted(packages=pinned(names), constraints=installed())
    return site_folder(wanted, platform=platform.machine(), python=PYTHON, cache=cache_folder)


def archived(serving: Path, archive: Path, *, entry: str, **changes: Any) -> Path:
    wanted = manifest(**{"platform": platform.machine(), **changes})
    write_bundle(wanted, archive, name=NAME, serving=serving, site=site(entry), entry=entry, sign=sign)
    return archive


def unpacked(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / NAME
