"""The file that `mlops environment create` sends: the one that is given, or one made of its options."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlops.client.bundle import bundled
from mlops.client.documents import readable
from mlops.client.errors import WrongUsage
from mlops.formats.azureml.dumping import as_yaml

OPTIONS = ("image", "conda_file", "build_context")


@contextmanager
def environment_file(arguments: argparse.Namespace) -> Iterator[tuple[Path, str]]:
    """The zip of the file and all that it names, and the file's path in it."""
    given = [name for name in OPTIONS if getattr(arguments, name)]
    if bool(arguments.file) == bool(given):
        raise WrongUsage(
            "environment_ambiguous" if given else "environment_missing",
            "Say what the environment holds in one way.",
            hint="Give --file, or --image, --conda-file or --build-context.",
        )
    if arguments.file:
        with bundled(arguments.file, settings=arguments.set) as made:
            yield made
        return
    with tempfile.TemporaryDirectory(prefix="mlops-") as folder:
        file = Path(folder).resolve() / "environment.yaml"
        file.write_text(as_yaml(_fields(arguments, file.parent)), encoding="utf-8")
        with bundled(str(file)) as made:
            yield made


def _fields(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    def relative(path: str) -> str:
        return os.path.relpath(readable(Path(path)).resolve(), folder)

    fields: dict[str, Any] = {}
    if arguments.image:
        fields["image"] = arguments.image
    if arguments.conda_file:
        fields["conda_file"] = relative(arguments.conda_file)
    if arguments.build_context:
        fields["build"] = {"path": relative(arguments.build_context)}
        if arguments.dockerfile_path:
            fields["build"]["dockerfile_path"] = arguments.dockerfile_path
    return fields
