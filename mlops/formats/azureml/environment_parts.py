"""What readers of environments hand to each other: what was asked, what came of it, and how to read a file beside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any, Literal

import msgspec

from mlops.formats.azureml.lines import Path, Source
from mlops.formats.definition import Requirements

ReadFile = Callable[[str], str]
"""The text of a file beside the YAML, by the path that is written there. Raises Refusal."""
How = Literal["kept", "mapped", "replaced", "dropped", "conda"]


class Mapped(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one line. `conda`: only a conda tool can install it."""

    asked: str
    got: str = ""
    how: How = "kept"
    why: str = ""


class EnvironmentRead(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An environment as a file defines it. The tree of its build context is not known here: `context` is the path."""

    name: str = ""
    version: str = ""
    description: str = ""
    tags: dict[str, str] = {}
    properties: dict[str, str] = {}
    variables: dict[str, str] = {}
    requirements: Requirements = Requirements()
    context: str = ""
    report: tuple[Mapped, ...] = ()
    warnings: tuple[str, ...] = ()


class Requested(msgspec.Struct, frozen=True, kw_only=True):
    """What a job's or component's `environment` means. `requirements`: the content, which is what counts; `label`:
    how it is called, such as `name:version`."""

    requirements: Requirements = Requirements()
    label: str = ""
    warnings: tuple[str, ...] = ()
    variables: dict[str, str] = {}


ReadEnvironment = Callable[[Source, Path, Any, ReadFile], Requested]
"""`(file, path in it, what stands there, how to read files beside it)`. Raises Refusal."""


def beside(file: str, path: str) -> str:
    """A path that `file` writes, relative to what `file` is relative to."""
    path = path.replace("\\", "/")
    return (PurePosixPath(file).parent / path.removeprefix("file:")).as_posix() if file else path
