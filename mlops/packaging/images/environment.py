"""The layer of an environment: locked wheels, unpacked by uv into one folder, with their bytecode."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.images import bytecode
from mlops.packaging.images.commands import Ended, run
from mlops.packaging.images.layers import entries_of, write_layer
from mlops.packaging.images.locks import Lock
from mlops.packaging.images.oci import Layer
from mlops.packaging.images.progress import Progress
from mlops.packaging.images.store import LayerStore
from mlops.packaging.images.wheelhouse import Wheelhouse

PLACE = "opt/env"
"""In the image; on PYTHONPATH."""
RECIPE = "1"
TRACES = ("direct_url.json", "uv_cache.json")
"""Files in which an installer tells about the machine that it ran on."""


def environment_key(lock: Lock) -> str:
    return f"environment-{RECIPE}-{lock.digest}"


def environment_layer(lock: Lock, *, store: LayerStore, wheelhouse: Wheelhouse, progress: Progress) -> Layer:
    """Equal locks give the layer that is there. Raises Refusal."""

    def write(file: BinaryIO) -> Layer:
        wheelhouse.gather(lock, progress=progress)
        with tempfile.TemporaryDirectory(prefix="mlops-site-", dir=store.scratch) as name:
            site = Path(name) / "site"
            _install(lock, site, wheelhouse, progress)
            if lock.target.python == bytecode.OWN:
                progress.say("Compiling the packages.")
                bytecode.compile_folder(site, below=PLACE, progress=progress)
            progress.say("Writing the environment's layer.")
            what = f"Environment: {len(lock.wheels)} packages"
            return write_layer(entries_of(site, below=PLACE), file, what=what, progress=progress)

    return store.make(environment_key(lock), write, progress=progress)


def _install(lock: Lock, site: Path, wheelhouse: Wheelhouse, progress: Progress) -> None:
    from uv import find_uv_bin

    progress.say(f"Unpacking {len(lock.wheels)} packages.")
    with wheelhouse.flat(lock) as wheels, tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write(lock.requirements)
        wanted.flush()
        words = [find_uv_bin(), "pip", "install", "--quiet", "--no-progress", "--color", "never", "--no-config"]
        offline = ["--offline", "--no-cache", "--no-index", "--find-links", str(wheels), "--no-deps"]
        exact = ["--require-hashes", "--only-binary", ":all:", *lock.target.uv_arguments, "--target", str(site)]
        try:
            run([*words, *offline, *exact, "-r", wanted.name], progress=progress, env={"UV_FIND_LINKS": ""})
        except Ended as ended:
            raise Refusal(
                "environment_not_unpacked",
                _("The locked packages cannot be unpacked: %(join)s") % {"join": " ".join(ended.said.split())[-600:]},
                hint=_("Lock the packages anew; the log shows everything that was printed."),
            ) from None
    _forget_this_machine(site)


def _forget_this_machine(site: Path) -> None:
    """Scripts name the interpreter that ran here, and records their digests: an image has no use for either."""
    shutil.rmtree(site / "bin", ignore_errors=True)
    (site / ".lock").unlink(missing_ok=True)
    for trace in (path for name in TRACES for path in site.glob(f"*.dist-info/{name}")):
        trace.unlink()
    for record in site.glob("*.dist-info/RECORD"):
        rows = [row for row in csv.reader(io.StringIO(record.read_text())) if row and _stays(row[0])]
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(sorted(rows))
        record.write_text(out.getvalue())


def _stays(path: str) -> bool:
    return not path.startswith(("bin/", "../", "/")) and not path.endswith(TRACES)
