"""Who this module is, and its credentials: told by the runtime's environment and its workload API.

Sources: the variables IOTEDGE_… that the runtime gives each module; the workload API's `sign` and `trust-bundle`."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

import msgspec

from mlops.formats.refusal import Refusal

TOKEN_SECONDS = 3600
SECONDS = 15.0
NAMES = {
    "workload": "IOTEDGE_WORKLOADURI",
    "hub": "IOTEDGE_IOTHUBHOSTNAME",
    "gateway": "IOTEDGE_GATEWAYHOSTNAME",
    "device": "IOTEDGE_DEVICEID",
    "module": "IOTEDGE_MODULEID",
    "generation": "IOTEDGE_MODULEGENERATIONID",
    "api_version": "IOTEDGE_APIVERSION",
}


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    workload: str
    hub: str
    gateway: str
    device: str
    module: str
    generation: str
    api_version: str

    @property
    def client_id(self) -> str:
        return f"{self.device}/{self.module}"

    @property
    def user(self) -> str:
        return f"{self.hub}/{self.device}/{self.module}/?api-version=2018-06-30"

    @property
    def inputs(self) -> str:
        """The filter of all that is routed to this module."""
        return f"devices/{self.device}/modules/{self.module}/inputs/#"

    def output(self, name: str, **properties: str) -> str:
        """The topic of one output; properties go along in it."""
        told = {"$.on": name, "$.ct": "application/json", "$.ce": "utf-8", **properties}
        pairs = "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in told.items())
        return f"devices/{self.device}/modules/{self.module}/messages/events/{pairs}"

    def token(self) -> str:
        """A shared access signature, good for an hour; the runtime signs it. Raises OSError, Refusal."""
        resource = quote(f"{self.hub}/devices/{self.device}/modules/{self.module}", safe="")
        expiry = str(int(time.time()) + TOKEN_SECONDS)
        data = base64.b64encode(f"{resource}\n{expiry}".encode()).decode()
        path = f"/modules/{quote(self.module)}/genid/{quote(self.generation)}/sign"
        told = self._ask("POST", path, {"keyId": "primary", "algo": "HMACSHA256", "data": data})
        return f"SharedAccessSignature sr={resource}&sig={quote_plus(told['digest'])}&se={expiry}"

    def trusted(self) -> str:
        """Certificates (PEM) of those who may have signed the hub's."""
        return str(self._ask("GET", "/trust-bundle")["certificate"])

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        connection = _connection(self.workload)
        try:
            content = None if body is None else json.dumps(body)
            headers = {"Content-Type": "application/json"} if content else {}
            connection.request(method, f"{path}?api-version={self.api_version}", body=content, headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status >= 300:
            raise Refusal(
                "workload_refused", f"The runtime's workload API refused {path}: {answer.status} {text[:200]}"
            )
        return json.loads(text)


def identity_of(environ: Mapping[str, str]) -> Identity:
    """Raises Refusal `not_a_module`."""
    missing = [name for name in NAMES.values() if not environ.get(name)]
    if missing:
        raise Refusal(
            "not_a_module",
            f"This is no module of IoT Edge: {', '.join(missing)} are not set.",
            hint="Let the IoT Edge runtime start it, or start the plain server: python -m mlops.scoring.",
        )
    return Identity(**{field: environ[name] for field, name in NAMES.items()})


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(SECONDS)
        self.sock.connect(self._path)


def _connection(uri: str) -> http.client.HTTPConnection:
    parts = urlsplit(uri)
    if parts.scheme == "unix":
        return _UnixConnection(parts.path)
    return http.client.HTTPConnection(parts.hostname or "localhost", parts.port or 80, timeout=SECONDS)
