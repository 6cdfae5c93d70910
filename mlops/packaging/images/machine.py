"""The base “this machine's Python”: the running interpreter with the libraries that it needs, and nothing else.

It needs no network and no rights, takes seconds, and has the Python that the models were trained with. It is laid out
as usual images of Python are: /usr/local/bin/python3.11, /usr/local/lib/python3.11."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext
from mlops.packaging.images import bytecode
from mlops.packaging.images.bases import Base
from mlops.packaging.images.layers import Entry, write_layer
from mlops.packaging.images.oci import Platform
from mlops.packaging.images.progress import Progress
from mlops.packaging.images.store import LayerStore

NAME = "this machine's Python"
RECIPE = "2"
"""Counts up when the same interpreter gives other bytes."""
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
LEFT_OUT = frozenset(
    {"__pycache__", "site-packages", "dist-packages", "test", "tests", "idlelib", "idle_test", "tkinter", "turtledemo",
     "ensurepip", "lib2to3"}
)  # fmt: skip
NEEDED_BY_WHEELS = (
    "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1", "libm.so.6", "libmvec.so.1", "libresolv.so.2",
    "libanl.so.1", "libnss_files.so.2", "libnss_dns.so.2", "libstdc++.so.6", "libgcc_s.so.1", "libgomp.so.1",
)  # fmt: skip
"""What manylinux (PEP 600) lets wheels expect of the system, and OpenMP for those that learn."""
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
USER = "mlops:x:10001:10001:mlops:/tmp:/usr/sbin/nologin\n"
FILES = {
    "etc/passwd": f"root:x:0:0:root:/root:/bin/sh\n{USER}",
    "etc/group": "root:x:0:\nmlops:x:10001:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "etc/os-release": 'NAME="MLOps Studio base"\nID=mlops\n',
}


def machine_base(store: LayerStore, *, progress: Progress) -> Base:
    """Raises Refusal where this machine's Python cannot be taken along."""
    if sys.platform != "linux" or platform.machine() not in ARCHITECTURES or platform.libc_ver()[0] != "glibc":
        raise Refusal(
            "base_not_possible",
            gettext("The Python of this machine (%(platform)s) cannot become the base of an image.")
            % {"platform": platform.platform()},
            hint=gettext("Name a base image, such as python:3.11-slim."),
        )
    sources, key = _taken()
    known = store.layer(key)
    if known is None:
        progress.say(f"Taking this machine's Python {PYTHON} as the base.")
    layer = store.make(key, lambda file: _write(sources, file, progress), progress=progress)
    return Base(
        name=NAME,
        key=key,
        layers=(layer,),
        platform=Platform(architecture=ARCHITECTURES[platform.machine()]),
        python=PYTHON,
        interpreter=f"/usr/local/bin/python{PYTHON}",
        settings={"Env": ["PATH=/usr/local/bin:/usr/bin:/bin", "LD_LIBRARY_PATH=/usr/local/lib", "LANG=C.UTF-8"]},
    )


@cache
def _taken() -> tuple[list[Entry], str]:
    """The interpreter does not change while it runs."""
    sources = sorted(_interpreter(), key=lambda entry: entry.path)
    return sources, _key(sources)


def _write(sources: list[Entry], file, progress: Progress):  # type: ignore[no-untyped-def]
    with tempfile.TemporaryDirectory(prefix="mlops-base-") as folder:
        compiled = bytecode.compiled(sources, below="usr/local/lib", folder=Path(folder), progress=progress)
        texts = [Entry(path=path, content=text.encode()) for path, text in FILES.items()]
        entries = [*sources, *compiled, *texts, Entry(path="tmp", folder=True, mode=0o1777)]
        return write_layer(entries, file, what=f"Base: Python {platform.python_version()}", progress=progress)


def _interpreter() -> Iterator[Entry]:
    executable = Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
    at_home = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    standard = Path(sysconfig.get_path("stdlib", "posix_prefix", vars=at_home))
    yield Entry(path=f"usr/local/bin/python{PYTHON}", source=executable, executable=True)
    for name in ("python3", "python"):
        yield Entry(path=f"usr/local/bin/{name}", link=f"python{PYTHON}")
    extensions = []
    for path in _library_files(standard):
        if path.suffix == ".so":
            extensions.append(path)
        yield Entry(path=f"usr/local/lib/python{PYTHON}/{path.relative_to(standard)}", source=path)
    shell = shutil.which("dash") or shutil.which("sh") or ""
    programs = [executable, *extensions]
    if shell:
        programs.append(Path(shell).resolve())
        yield Entry(path="usr/bin/sh", source=Path(shell).resolve(), executable=True)
    yield from _libraries(programs)
    for name in ("lib", "lib64", "bin"):
        yield Entry(path=name, link=f"usr/{name}")


def _library_files(standard: Path) -> Iterator[Path]:
    for folder, below, files in os.walk(standard):
        below[:] = sorted(name for name in below if name not in LEFT_OUT and not name.startswith("config-"))
        yield from (Path(folder) / name for name in sorted(files) if _is_useful(name))


def _is_useful(name: str) -> bool:
    return not name.endswith((".a", ".exe", ".pyc")) and not name.startswith(("_tkinter.", "_test", "_xxtestfuzz."))


def _libraries(programs: Iterable[Path]) -> Iterator[Entry]:
    """Shared libraries in the folder where the image's loader looks for them."""
    for path in sorted({*_linked(programs), *_wanted_by_wheels()}):
        place = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path)).lstrip("/")
        if place.startswith(("lib/", "lib64/")):
            place = f"usr/{place}"
        if not place.startswith(("usr/lib/", "usr/lib64/")):
            place = f"usr/local/lib/{os.path.basename(path)}"
        yield Entry(path=place, source=Path(path).resolve(), executable=True)


def _linked(programs: Iterable[Path]) -> set[str]:
    words = ["ldd", *map(str, programs)]
    told = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60).stdout
    found = set()
    for line in told.splitlines():
        parts = line.split()
        if line[:1] == "\t" and parts:
            path = parts[2] if "=>" in parts and len(parts) > 2 else parts[0]
            if path.startswith("/") and Path(path).is_file():
                found.add(path)
    return found


def _wanted_by_wheels() -> set[str]:
    told = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=False, timeout=60).stdout
    machine = {"x86_64": "x86-64", "aarch64": "AArch64"}[platform.machine()]
    found: dict[str, str] = {}
    for line in told.splitlines():
        name, _, rest = line.strip().partition(" ")
        if name in NEEDED_BY_WHEELS and machine in rest:
            found.setdefault(name, rest.rpartition("=> ")[2])
    return set(found.values())


def _key(sources: list[Entry]) -> str:
    """By name, size and time of what is taken: reading all of it would cost a second each time."""
    told = []
    for entry in sources:
        status = entry.source.stat() if entry.source else None
        told.append((entry.path, entry.link, status.st_size if status else 0, status.st_mtime_ns if status else 0))
    return hashlib.sha256(msgspec.json.encode(["base", RECIPE, sys.version, sorted(FILES.items()), told])).hexdigest()
