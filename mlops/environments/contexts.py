"""The folder of a Dockerfile, kept as a tree without what it ignores."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from mlops.blobs.bundles import inside
from mlops.blobs.models import Tree
from mlops.blobs.trees import keep_file, keep_manifest
from mlops.formats.azureml.ignoring import kept_files
from mlops.formats.manifest import File, Manifest
from mlops.formats.refusal import Refusal, nearest


def keep_context(folder: Path, written: str, *, beside: str, dockerfile: str) -> Tree:
    """`written`: the context's path, relative to the file `beside` of the folder. Raises Refusal `context_missing`,
    `path_outside`, `dockerfile_missing`."""
    place = inside(folder, written, beside=beside)
    if not place.is_dir():
        hint = _("Send it along: zip the folder that holds both.")
        message = _("There is no folder “%(path)s” beside the environment.") % {"path": written}
        raise Refusal("context_missing", message, hint=hint, status=422)
    paths = list(kept_files(place))
    names = [path.relative_to(place).as_posix() for path in paths]
    wanted = dockerfile or "Dockerfile"
    if wanted not in names:
        raise Refusal(
            "dockerfile_missing",
            _("There is no “%(name)s” in “%(path)s”.") % {"name": wanted, "path": written},
            hint=nearest(wanted, names) or _("Write its path within the folder into `dockerfile_path`."),
            status=422,
        )
    blobs = [keep_file(path) for path in paths]
    files = [
        File(path=name, digest=blob.digest, size_bytes=blob.size_bytes) for name, blob in zip(names, blobs, strict=True)
    ]
    return keep_manifest(Manifest(files=tuple(files)))
