"""Sends one message with apprise, in a process of its own: an order on standard input, what came of it on standard
output.

The process connects to public addresses (and those that an administrator allows) alone, whatever a name or a redirect
leads to; it starts no program, and reads no file that is not part of Python or of the system's certificates."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from typing import Any
from urllib.parse import urlsplit

import msgspec

from mlops.formats.addresses import is_public

READABLE = (sys.prefix, sys.base_prefix, os.path.dirname(os.__file__), "/etc/ssl", "/etc/pki", "/etc/hosts",
            "/etc/resolv.conf", "/etc/mime.types", "/etc/localtime", "/usr/share", "/usr/lib", "/dev/null")  # fmt: skip
PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "ctypes.dlopen")
LOG = "%(levelname)s %(message)s"
SHOWN = 2000
LOCAL = ("NotifyDBus", "NotifyGnome", "NotifyGlib", "NotifyMacOSX", "NotifyWindows", "NotifySyslog", "NotifyGrowl")


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Without a title it is only checked."""

    url: str
    services: tuple[str, ...] = ()
    title: str = ""
    body: str = ""
    level: str = "info"
    allowed: tuple[str, ...] = ()
    """Private hosts, addresses and networks that may be reached."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    is_ok: bool
    text: str
    is_final: bool = False
    masked: str = ""


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    sys.stdout.buffer.write(msgspec.json.encode(perform(order)))


def perform(order: Order) -> Done:
    from apprise import Apprise, AppriseAsset, PersistentStoreMode

    asset = AppriseAsset(http_redirects=False, storage_mode=PersistentStoreMode.MEMORY, app_id="MLOps Studio",
                         app_desc="MLOps Studio", async_mode=False)  # fmt: skip
    service = Apprise.instantiate(order.url, asset=asset)
    if service is None:
        return Done(is_ok=False, is_final=True, text="This is no address of a service that is known.")
    service.redirects = False
    kind = type(service).__name__
    if kind in LOCAL:
        return Done(is_ok=False, is_final=True, text=f"{service.service_name} is a service of the machine itself.")
    if order.services and kind not in order.services:
        text = f"This is an address of {service.service_name}: choose that kind of channel."
        return Done(is_ok=False, is_final=True, text=text)
    allowed = _networks(order.allowed)
    if _is_plain(service, order.url) and not _is_allowed_host(service, allowed):
        text = (
            "It would be sent without encryption. Use the encrypted form of the address, such as jsons:// or mmosts://."
        )
        return Done(is_ok=False, is_final=True, text=text)
    masked = _masked(str(service.url(privacy=True)))  # type: ignore[no-untyped-call]
    if not order.title:
        return Done(is_ok=True, text="", masked=masked)
    return _send(service, order, allowed)


def _send(service: Any, order: Order, allowed: list[Any]) -> Done:
    import logging

    from apprise import Apprise
    from apprise.logger import LogCapture

    sender = Apprise(asset=service.asset)
    sender.add(service)

    refused = _guard(allowed)
    with LogCapture(level=logging.INFO, fmt=LOG) as log:  # type: ignore[no-untyped-call]
        try:
            is_ok = bool(sender.notify(title=order.title, body=order.body, notify_type=order.level))
        except Exception as error:  # a plugin's own fault is an answer, too
            return Done(is_ok=False, text=f"{type(error).__name__}: {error}"[:SHOWN])
        said = log.getvalue().strip()
    text = " ".join([*refused, said]).strip()[:SHOWN] or ("It was taken." if is_ok else "It was not taken.")
    return Done(is_ok=is_ok, text=text, is_final=bool(refused))


def _guard(allowed: list[Any]) -> list[str]:
    """What is refused from now on is written into the list that is given back."""
    refused: list[str] = []

    def judge(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.bind"):
            address = arguments[1]
            host = address[0] if isinstance(address, tuple) else str(address)
            if event == "socket.bind" or not _may_reach(host, allowed):
                refused.append(f"{host} is not a public address.")
                raise PermissionError(refused[-1])
        elif event in PROGRAMS:
            refused.append("It would start a program.")
            raise PermissionError(refused[-1])
        elif event == "open" and isinstance(arguments[0], str | bytes):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            if not path.startswith(READABLE):
                raise PermissionError(f"{path} is none of its files.")

    sys.addaudithook(judge)
    return refused


def _may_reach(host: str, allowed: list[Any]) -> bool:
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return is_public(str(address)) or any(address in network for network in allowed)


def _networks(allowed: tuple[str, ...]) -> list[Any]:
    found: list[Any] = []
    for one in filter(None, (text.strip() for text in allowed)):
        try:
            found.append(ipaddress.ip_network(one, strict=False))
        except ValueError:
            found += [ipaddress.ip_network(address) for address in _addresses(one)]
    return found


def _addresses(host: str) -> list[str]:
    try:
        return [str(info[4][0]).split("%")[0] for info in socket.getaddrinfo(host, None)]
    except OSError:
        return []


def _masked(url: str) -> str:
    """Paths and users hold tokens: only where it leads is left."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/…"


def _is_plain(service: Any, url: str) -> bool:
    """Its kind has an encrypted form, and this is the other one."""
    scheme = url.partition("://")[0].lower()
    plain = service.protocol if isinstance(service.protocol, tuple | list | set) else (service.protocol,)
    return service.protocol is not None and scheme in plain and not service.secure


def _is_allowed_host(service: Any, allowed: list[Any]) -> bool:
    found = _addresses(getattr(service, "host", "") or "")
    return bool(found) and all(any(ipaddress.ip_address(one) in network for network in allowed) for one in found)


if __name__ == "__main__":
    main()
