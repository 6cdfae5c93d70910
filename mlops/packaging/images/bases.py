"""What an image stands on: an operating system's libraries and a Python, as layers and the settings they came with."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.packaging.images.oci import Layer, Platform


class Base(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    """For people and for the label `org.opencontainers.image.base.name`."""
    key: str
    """Names the content: equal keys are equal bases."""
    layers: tuple[Layer, ...]
    platform: Platform
    python: str
    """Its version, such as 3.11."""
    interpreter: str
    """Its path in the image."""
    is_musl: bool = False
    """Alpine's C library: wheels must be built for it."""
    settings: dict[str, Any] = {}
    """The image configuration's own part: Env and the like."""
    digest: str = ""
    """Of its manifest, where it came from a registry."""
