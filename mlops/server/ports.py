"""Ports that the processes listen on: asked for before anything starts, so that a busy one is named at once."""

from __future__ import annotations

import socket

from mlops.formats.refusal import Refusal


def check(host: str, port: int, *, option: str) -> None:
    """Raises Refusal `port_busy` naming the process that listens there, where the system tells."""
    try:
        with _listening(host, port):
            return
    except PermissionError as error:
        raise Refusal(
            "port_forbidden",
            f"Port {port} may not be opened by this user.",
            hint=f"Choose one above 1023 with {option}.",
        ) from error
    except socket.gaierror as error:
        raise Refusal("host_unknown", f"“{host}” is no address of this machine.", hint="Try 127.0.0.1.") from error
    except OSError as error:
        if error.errno == 99:
            raise Refusal("host_unknown", f"“{host}” is no address of this machine.", hint="Try 127.0.0.1.") from error
        raise Refusal(
            "port_busy",
            f"Port {port} on {host} is in use{_by_whom(port)}.",
            hint=f"Stop that process, or choose another port with {option}.",
            status=409,
        ) from error


def free(host: str) -> int:
    """A port that is free now."""
    with _listening(host, 0) as listener:
        return int(listener.getsockname()[1])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _by_whom(port: int) -> str:
    import psutil

    try:
        for connection in psutil.net_connections("tcp"):
            taken = getattr(connection.laddr, "port", None)  # an empty tuple where there is no address
            if connection.status == psutil.CONN_LISTEN and taken == port and connection.pid:
                return f" by process {connection.pid} ({psutil.Process(connection.pid).name()})"
    except psutil.Error:
        pass
    return ""
