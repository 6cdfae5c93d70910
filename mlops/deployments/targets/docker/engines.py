"""Which Docker engine: this machine's, or another one by TCP with TLS or by SSH."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.deployments.targets.options import check_options
from mlops.formats.refusal import Refusal, Where

SYSTEM_SOCKET = "unix:///var/run/docker.sock"
CALL_SECONDS = 60.0
OPTIONS = ("engine", "certificates", "publish", "address", "ports", "network")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """`url`: unix:///path, tcp://host:port or ssh://user@host."""

    url: str
    certificates: str = ""
    """Folder of ca.pem, cert.pem and key.pem."""
    publish: str = "127.0.0.1"
    """The address of the engine's machine on which ports are opened."""
    address: str = "127.0.0.1"
    """Where the router finds these ports."""

    @property
    def is_local(self) -> bool:
        return self.url.startswith("unix://")


def engine_of(options: Mapping[str, Any]) -> Engine:
    """From a deployment's `target_options`:

    engine: its URL; default DOCKER_HOST, else this machine's socket.
    certificates: name of a folder in DATA_DIR/engines, where an administrator put ca.pem, cert.pem, key.pem.
    publish, address: IP on which its machine opens ports, and the host by which the router reaches them; default
    the loopback of a local engine, and all addresses and the host's name of a remote one.
    ports: such as 31000-31050; default: the engine chooses free ones.
    network: a network of the engine; default its bridge.

    Raises Refusal."""
    check_options(options, OPTIONS, target="docker")
    url = str(options.get("engine") or os.environ.get("DOCKER_HOST") or SYSTEM_SOCKET)
    parts = urlsplit(url)
    if parts.scheme not in ("unix", "tcp", "ssh") or not (parts.path if parts.scheme == "unix" else parts.hostname):
        raise _refused(
            "engine_invalid",
            _("“%(url)s” is no address of a Docker engine.") % {"url": url},
            _("Such as unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host."),
            "engine",
        )
    certificates = _certificates(options, url)
    if parts.scheme == "tcp" and not certificates and parts.hostname not in LOOPBACK:
        raise _refused(
            "engine_without_tls",
            _("The engine at %(url)s would be spoken to without TLS.") % {"url": url},
            _("Whoever reaches such an engine owns its machine. Give the option certificates, or use ssh://."),
            "certificates",
        )
    is_near = parts.scheme == "unix" or parts.hostname in LOOPBACK
    host = "127.0.0.1" if is_near else str(parts.hostname)
    return Engine(
        url=url,
        certificates=certificates,
        publish=str(options.get("publish") or ("127.0.0.1" if is_near else "0.0.0.0")),  # nosec B104
        address=str(options.get("address") or host),
    )


@contextmanager
def connected(engine: Engine, *, seconds: float = CALL_SECONDS) -> Iterator[Any]:
    """A client of the engine. Raises Refusal where it cannot be reached, or where a call inside fails."""
    import docker
    import requests

    from mlops.deployments.targets.docker.failures import explained

    client = None
    try:
        client = _client(engine, seconds)
        yield client
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise explained(error, engine_url=engine.url) from error
    finally:
        if client is not None:
            client.close()


def _client(engine: Engine, seconds: float) -> Any:
    import docker

    class Api(docker.APIClient):  # type: ignore[misc]
        """Proxies and authorities of the environment are meant for the web: the engine's own authority counts here."""

        def _retrieve_server_version(self) -> Any:
            self.trust_env = False
            return super()._retrieve_server_version()

    by_ssh = engine.url.startswith("ssh://")
    client = docker.DockerClient(base_url="tcp://127.0.0.1:1", version="1.40")  # asks nobody yet
    client.close()
    client.api = Api(base_url=engine.url, timeout=seconds, tls=_tls(engine), use_ssh_client=by_ssh)
    return client


def _tls(engine: Engine) -> Any:
    if not engine.certificates:
        return False
    from docker.tls import TLSConfig

    folder = Path(engine.certificates)
    pair = (str(folder / "cert.pem"), str(folder / "key.pem"))
    return TLSConfig(client_cert=pair, ca_cert=str(folder / "ca.pem"), verify=True)


def _certificates(options: Mapping[str, Any], url: str) -> str:
    name = str(options.get("certificates") or "")
    if not name:
        is_default = url == os.environ.get("DOCKER_HOST")
        return os.environ.get("DOCKER_CERT_PATH", "") if is_default and url.startswith("tcp://") else ""
    root = Path(settings.DATA_DIR) / "engines"
    folder = root / name
    missing = [part for part in ("ca.pem", "cert.pem", "key.pem") if not (folder / part).is_file()]
    if folder.parent != root or name.startswith(".") or missing:
        told = ", ".join(missing) or "no such folder"
        raise _refused(
            "certificates_missing",
            _("There are no certificates “%(name)s”: %(told)s.") % {"name": name, "told": told},
            _("An administrator puts ca.pem, cert.pem and key.pem into %(root)s/NAME.") % {"root": root},
            "certificates",
        )
    return str(folder)


def _refused(code: str, message: str, hint: str, option: str) -> Refusal:
    return Refusal(code, message, hint=hint, where=Where(parameter=f"target_options.{option}"))
