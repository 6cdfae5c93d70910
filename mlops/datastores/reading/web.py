"""A file at a web address."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from mlops.blocks.fetching import fetch as fetch_file
from mlops.blocks.fetching import head
from mlops.datastores.reading.order import Order, Seen


def look(order: Order) -> list[Seen]:
    url = _url(order)
    told = head(url, private_hosts=order.private_hosts, token=order.secrets.get("token", ""))
    return [Seen(path=_name(url), size_bytes=told.size_bytes, mark=told.mark)]


def fetch(order: Order) -> list[Seen]:
    url = _url(order)
    target = Path(order.path) / _name(url)
    token = order.secrets.get("token", "")
    found = fetch_file(
        url, target, most_bytes=order.most_bytes or 10**12, private_hosts=order.private_hosts, token=token
    )
    return [Seen(path=target.name, size_bytes=target.stat().st_size, mark=found.mark)]


def _url(order: Order) -> str:
    base = order.settings["url"]
    return f"{base.rstrip('/')}/{order.at.lstrip('/')}" if order.at else base


def _name(url: str) -> str:
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    kept = "".join(letter for letter in name if letter.isprintable() and letter not in '\\/:*?"<>|')
    return kept[:200] if kept.strip(". ") else "data"
