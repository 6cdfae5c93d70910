"""The packages of an image, each as one wheel with its digest: chosen once by uv, and the same from then on.

A lock is kept under the digest of what was asked for (packages, Python, platform). Equal requirements give equal locks
until somebody asks for a new one, also when the package index has newer versions."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.images.commands import Ended, run
from mlops.packaging.images.oci import Platform
from mlops.packaging.images.progress import Progress

TRIPLES = {
    ("amd64", False): "x86_64-manylinux_2_28",
    ("arm64", False): "aarch64-manylinux_2_28",
    ("amd64", True): "x86_64-unknown-linux-musl",
    ("arm64", True): "aarch64-unknown-linux-musl",
}
"""What uv calls them."""
UNREACHABLE = ("error sending request", "Failed to fetch", "dns error", "timed out", "Connection refused", "offline")
NO_WHEEL = ("no usable wheels", "has no wheels", "no wheels with a matching", "building from source is disabled")
LAST_CHARACTERS = 900


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """For which Python the wheels are."""

    python: str
    platform: Platform
    is_musl: bool = False

    @property
    def uv_arguments(self) -> list[str]:
        triple = TRIPLES[(self.platform.architecture, self.is_musl)]
        return ["--python-version", self.python, "--python-platform", triple]


class Wheel(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    version: str
    url: str
    """http(s) or file."""
    sha256: str
    size_bytes: int | None = None

    @property
    def filename(self) -> str:
        return unquote(PurePosixPath(urlsplit(self.url).path).name)


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    wheels: tuple[Wheel, ...]
    target: Target

    @property
    def digest(self) -> str:
        """Of names, versions and contents; where the wheels came from does not matter."""
        content = [(wheel.name, wheel.version, wheel.sha256) for wheel in self.wheels]
        return hashlib.sha256(msgspec.json.encode([content, self.target])).hexdigest()

    @property
    def requirements(self) -> str:
        """As a requirements file that pip and uv accept with --require-hashes."""
        return "".join(f"{one.name}=={one.version} --hash=sha256:{one.sha256}\n" for one in self.wheels)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """`packages` are lines of a requirements file; `constraints` hold for whatever else they bring along."""

    packages: tuple[str, ...]
    constraints: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return hashlib.sha256(msgspec.json.encode([sorted(self.packages), sorted(self.constraints)])).hexdigest()


def lock(wanted: Wanted, *, target: Target, folder: Path, anew: bool = False, progress: Progress) -> Lock:
    """Raises Refusal: packages_not_found, package_has_no_wheel, index_unreachable."""
    asked = hashlib.sha256(msgspec.json.encode([wanted.key, target])).hexdigest()
    kept = folder / f"{asked}.json"
    if kept.is_file() and not anew:
        return msgspec.json.decode(kept.read_bytes(), type=Lock)
    named = ", ".join(sorted(wanted.packages))
    progress.say(f"Choosing packages for Python {target.python} on {target.platform}: {named}.")
    found = Lock(wheels=_chosen(wanted, target, progress), target=target)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(msgspec.json.encode(found))
    os.replace(file.name, kept)
    return found


def _chosen(wanted: Wanted, target: Target, progress: Progress) -> tuple[Wheel, ...]:
    try:
        return _resolved(wanted, target, progress)
    except Refusal as refusal:
        if refusal.code != "packages_not_found" or not wanted.constraints:
            raise
        progress.say("They do not go with the versions of this server; others are chosen.")
        return _resolved(Wanted(packages=wanted.packages), target, progress)


def _resolved(asked: Wanted, target: Target, progress: Progress) -> tuple[Wheel, ...]:
    from uv import find_uv_bin

    with tempfile.TemporaryDirectory(prefix="mlops-lock-") as name:
        wanted, out = Path(name) / "requirements.in", Path(name) / "pylock.toml"
        wanted.write_text("".join(f"{line}\n" for line in asked.packages))
        limits = Path(name) / "constraints.txt"
        limits.write_text("".join(f"{line}\n" for line in asked.constraints))
        words = [find_uv_bin(), "pip", "compile", "--quiet", "--no-progress", "--color", "never"]
        form = ["--format", "pylock.toml", "--only-binary", ":all:", "--no-header", "--no-annotate", "-o", str(out)]
        try:
            run(
                [*words, *form, *target.uv_arguments, "-c", str(limits), str(wanted)],
                progress=progress,
                folder=Path(name),
            )
        except Ended as ended:
            raise _explained(ended.said, asked.packages, target) from None
        document = tomllib.loads(out.read_text())
        return tuple(_wheel(package, target, Path(name)) for package in document.get("packages", []))


def _wheel(package: dict[str, Any], target: Target, folder: Path) -> Wheel:
    """uv lists those that fit, the best first."""
    wheels = package.get("wheels") or ([package["archive"]] if "archive" in package else [])
    usable = [one for one in wheels if str(one.get("url") or one.get("path")).endswith(".whl")]
    if not usable:
        raise Refusal(
            "package_has_no_wheel",
            _("The package “%(name)s” has no wheel for Python %(python)s on %(platform)s.")
            % {"name": package["name"], "python": target.python, "platform": target.platform},
            hint=_("Use a version that has one, or build an image of your own with a Dockerfile."),
        )
    best = usable[0]
    url = best["url"] if "url" in best else (folder / best["path"]).resolve().as_uri()
    return Wheel(
        name=package["name"],
        version=package.get("version", ""),
        url=url,
        sha256=best["hashes"]["sha256"],
        size_bytes=best.get("size"),
    )


def _explained(said: str, packages: tuple[str, ...], target: Target) -> Refusal:
    text = " ".join(re.sub(r"[×╰─▶│]", " ", said).split())
    reason = text[-LAST_CHARACTERS:]
    if any(word in text for word in UNREACHABLE):
        return Refusal(
            "index_unreachable",
            _("The package index cannot be reached, and these packages were never locked here: %(reason)s")
            % {"reason": reason},
            hint=_(
                "Check the network, or set UV_INDEX_URL or UV_FIND_LINKS for the worker; then build "
                "again. Once built, the same packages need no network."
            ),
        )
    about = next((one for one in packages if re.split(r"[\s<>=!~\[;@]", one)[0].lower() in text.lower()), "")
    if any(word in text for word in NO_WHEEL):
        return Refusal(
            "package_has_no_wheel",
            _("There is no wheel for “%(about)s” for Python %(python)s on %(platform)s: %(reason)s")
            % {"about": about, "python": target.python, "platform": target.platform, "reason": reason},
            hint=_("Use a version that has one, or build an image of your own with a Dockerfile."),
        )
    return Refusal(
        "packages_not_found",
        (
            _("The image's packages cannot be chosen because of “%(about)s”: %(reason)s")
            if about
            else _("The image's packages cannot be chosen: %(reason)s")
        )
        % {"about": about, "reason": reason},
        hint=_("Correct the name or the version of the package."),
    )
