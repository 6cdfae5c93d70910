"""Names of images: registry, repository and tag or digest, as Docker understands them."""

from __future__ import annotations

import re

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

HUB, HUB_ADDRESS = "docker.io", "registry-1.docker.io"
LOOPBACK = re.compile(r"(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?")
HOST = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9]+([.-]+[A-Za-z0-9]+)*)(:[0-9]{1,5})?")
REPOSITORY = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    registry: str
    """host or host:port."""
    repository: str
    tag: str = "latest"
    digest: str = ""
    """With it the tag is not looked at."""

    @property
    def which(self) -> str:
        return self.digest or self.tag

    @property
    def is_loopback(self) -> bool:
        return LOOPBACK.fullmatch(self.registry) is not None

    def __str__(self) -> str:
        end = f"@{self.digest}" if self.digest else f":{self.tag}"
        return f"{self.registry}/{self.repository}{end}"


def parsed(text: str) -> Reference:
    """`python:3.11-slim` is docker.io/library/python:3.11-slim. Raises Refusal `reference_invalid`."""
    name, _at, digest = text.strip().partition("@")
    first, slash, rest = name.partition("/")
    has_registry = bool(slash) and ("." in first or ":" in first or first == "localhost")
    registry, path = (first, rest) if has_registry else (HUB, name)
    repository, colon, tag = path.partition(":")
    if registry == HUB and "/" not in repository:
        repository = f"library/{repository}"
    is_named = REPOSITORY.fullmatch(repository) and (TAG.fullmatch(tag) if colon else True) and HOST.fullmatch(registry)
    if not is_named or (digest and not DIGEST.fullmatch(digest)) or len(repository) > 255:
        raise Refusal(
            "reference_invalid",
            _("“%(text)s” is no name of an image.") % {"text": text},
            hint=_("Such as registry.example.com/team/prices:3, in lower case."),
        )
    return Reference(registry=registry, repository=repository, tag=tag or "latest", digest=digest)
