"""The child process: one order on its standard input, one answer on its standard output."""

from __future__ import annotations

import os
import resource
import socket
import sys
import threading
from collections.abc import Collection
from typing import Any

import msgspec

from mlops.datastores.reading.order import Order, Seen
from mlops.formats.addresses import is_public
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

REFUSED: list[str] = []
"""Addresses that this process was kept from."""

CLOUDS = ("s3", "azure_blob", "azure_data_lake_gen2")


def main(verb: str) -> None:
    order = msgspec.json.decode(sys.stdin.readline(), type=Order)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if order.memory_bytes:
        resource.setrlimit(resource.RLIMIT_DATA, (order.memory_bytes, order.memory_bytes))
    if order.kind not in ("local", "http"):  # those judge by themselves, and say more
        _connect_to_public_addresses_only(order.private_hosts)
    try:
        answer: dict[str, Any] = {"result": _act(verb, order)}
    except Refusal as refusal:
        answer = {"refusal": (_closed() or refusal).as_problem()}
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    sys.stdout.flush()
    os._exit(0)  # a library's threads must not keep us


def _act(verb: str, order: Order) -> list[Seen]:
    if order.kind == "azure_file":
        raise Refusal(
            "datastore_not_read",
            _("Azure Files are known by name, and cannot be read here."),
            hint=_("Copy the files to a blob container, or mount the share as a folder of the server (type local)."),
            status=501,
        )
    from mlops.datastores.reading import cloud, database, local, web

    ways: dict[str, Any] = {"local": local, "http": web, "sql": database, **dict.fromkeys(CLOUDS, cloud)}
    way = ways[order.kind]
    found: list[Seen] = way.look(order) if verb == "look" else way.fetch(order)
    return found


def _connect_to_public_addresses_only(allowed: Collection[str]) -> None:
    """Whatever library connects, by name or by number: only to public addresses, and to those of allowed hosts."""
    plain = socket.getaddrinfo
    opened = set(allowed)

    def resolved(host: Any, *words: Any, **options: Any) -> Any:
        found = plain(host, *words, **options)
        name = host.decode() if isinstance(host, bytes) else str(host or "")
        if name.lower() in allowed:
            opened.update(str(info[4][0]) for info in found)
        return found

    def judge(event: str, given: tuple[Any, ...]) -> None:
        if event != "socket.connect" or not isinstance(given[1], tuple):
            return
        address = str(given[1][0])
        if address not in opened and not is_public(address):
            REFUSED.append(address)
            raise OSError(f"{address} is not a public address")

    socket.getaddrinfo = resolved
    sys.addaudithook(judge)


def _closed() -> Refusal | None:
    """What libraries put into words of their own."""
    if not REFUSED:
        return None
    return Refusal(
        "address_not_public",
        _("The address leads to %(refused)s, which is not a public address.") % {"refused": REFUSED[0]},
        hint=_("An administrator can allow its host with MLOPS_IMPORT_PRIVATE_HOSTS."),
        status=422,
    )


def _end_with_parent() -> None:
    while sys.stdin.readline():
        pass
    os._exit(3)


if __name__ == "__main__":
    main(sys.argv[1])
