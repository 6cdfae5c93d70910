"""The documents of an OCI image, and what they name: layers, config, manifest (OCI image specification 1.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"
EPOCH = "1970-01-01T00:00:00Z"


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """A gzipped tar, kept as a blob under `digest`."""

    digest: str
    """sha256:… of the compressed bytes."""
    diff_id: str
    """sha256:… of the tar itself."""
    size_bytes: int
    """Compressed."""
    tar_bytes: int
    what: str
    """What is in it, for people."""
    media_type: str = LAYER_TYPE
    """Layers of other people's images may be packed otherwise."""


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """`architecture` as Go calls it: amd64 or arm64."""

    os: str = "linux"
    architecture: str = "amd64"

    def __str__(self) -> str:
        return f"{self.os}/{self.architecture}"


def config_document(
    layers: tuple[Layer, ...],
    *,
    platform: Platform,
    settings: Mapping[str, Any],
    created: str = EPOCH,
    history: tuple[str, ...] = (),
) -> bytes:
    """`settings` is the part that the container runs by (Env, Cmd, User, Labels …). Equal inputs give equal bytes:
    their digest is the image's id."""
    return _encoded(
        {
            "architecture": platform.architecture,
            "os": platform.os,
            "created": created,
            "config": dict(settings),
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
            "history": [{"created": created, "created_by": line} for line in history or [one.what for one in layers]],
        }
    )


def manifest_document(layers: tuple[Layer, ...], config: bytes, annotations: Mapping[str, str]) -> bytes:
    return _encoded(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": CONFIG_TYPE, "digest": digest_of(config), "size": len(config)},
            "layers": [
                {"mediaType": layer.media_type, "digest": layer.digest, "size": layer.size_bytes} for layer in layers
            ],
            "annotations": dict(annotations),
        }
    )


def index_document(manifest: bytes, *, platform: Platform, name: str) -> bytes:
    described = {
        "mediaType": MANIFEST_TYPE,
        "digest": digest_of(manifest),
        "size": len(manifest),
        "platform": {"architecture": platform.architecture, "os": platform.os},
        "annotations": {"org.opencontainers.image.ref.name": name.rpartition(":")[2] or "latest"},
    }
    return _encoded({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": [described]})


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _encoded(document: dict[str, Any]) -> bytes:
    return msgspec.json.encode(document, order="sorted")
