"""Which pages there are. A wheel carries them beside this file; in a source tree they are read from docs/."""

from __future__ import annotations

from functools import cache
from pathlib import Path, PurePosixPath

import msgspec

PARTS = ("README.md", "security.md", "guides", "reference", "events")
"""What of docs/ is shown; pyproject.toml puts the same into wheels."""
PICTURES = "guides/pictures"
IN_TREE = Path(__file__).parents[3] / "docs"
IN_WHEEL = Path(__file__).parent / "text"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    """Below docs/, such as `guides/registry.md`."""
    address: str
    """Below /docs/, such as `guides/registry`; empty for the first page."""
    title: str
    text: str


def folder() -> Path:
    return IN_WHEEL if (IN_WHEEL / "README.md").is_file() else IN_TREE


@cache
def pages() -> dict[str, Page]:
    """By address. They change only with the installation, so they are read once."""
    root = folder()
    files = [
        file for part in PARTS for file in ([root / part] if part.endswith(".md") else (root / part).rglob("*.md"))
    ]
    named = ((file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")) for file in sorted(files))
    found = (titled(path, text, address=address_of(path)) for path, text in named)
    return {page.address: page for page in found}


def schema(name: str) -> bytes | None:
    """The JSON Schema of a type of event."""
    known = {file.name: file for file in (folder() / "events").glob("*.json")}
    return known[name].read_bytes() if name in known else None


def picture(name: str) -> bytes | None:
    """A PNG of the guides."""
    known = {file.name: file for file in (folder() / PICTURES).glob("*.png")}
    return known[name].read_bytes() if name in known else None


def address_of(path: str) -> str:
    """`reference/README.md` is the page of its folder."""
    pure = PurePosixPath(path)
    address = pure.parent if pure.name == "README.md" else pure.with_suffix("")
    return "" if str(address) == "." else str(address)


def titled(path: str, text: str, *, address: str) -> Page:
    first = next((line for line in text.splitlines() if line.startswith("# ")), f"# {path}")
    return Page(path=path, address=address, title=first.removeprefix("# ").replace("`", ""), text=text)
