"""What a Docker engine's errors mean, with the remedy. The engine has one class of error for nearly everything, so that
the text must tell. Pure."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal

# code, pattern in the engine's words, what it means, what to do
KNOWN: tuple[tuple[str, str, str, str], ...] = (
    (
        "engine_no_permission",
        r"PermissionError|[Pp]ermission denied.*(docker\.sock|connect)",
        "The Docker engine at {url} does not let this user in.",
        "Add the user that runs `mlops up` to the group docker, and start it again.",
    ),
    (
        "engine_absent",
        r"FileNotFoundError|No such file or directory.*(sock|connect)|Error while fetching server API version: \(.*2,",
        "No Docker engine runs at {url}.",
        "Install and start Docker there, set DOCKER_HOST or the option engine, or choose the target process.",
    ),
    (
        "engine_unknown_host",
        r"Name or service not known|Temporary failure in name resolution|nodename nor servname|"
        r"Could not resolve hostname",
        "The host of the Docker engine {url} is unknown.",
        "Check the name in the option engine.",
    ),
    (
        "engine_tls",
        r"CERTIFICATE_VERIFY_FAILED|SSLError|certificate|HTTP request to an HTTPS server",
        "The Docker engine at {url} and this server do not agree on TLS.",
        "Check the option certificates: the authority of the engine's certificate, and a client's certificate by it.",
    ),
    (
        "engine_without_paramiko",
        r"Install paramiko",
        "Engines at ssh:// need the package paramiko, which is not installed here.",
        "Install the extra ssh: pip install 'mlops-studio[ssh]'; or use tcp:// with certificates.",
    ),
    (
        "engine_ssh",
        r"paramiko|ssh: |Host key verification failed|Permission denied \(publickey",
        "The Docker engine at {url} cannot be reached by SSH.",
        "Put the key of the user that runs `mlops up` on that host, and connect once by hand to know its host key.",
    ),
    (
        "port_taken",
        r"port is already allocated|address already in use|Ports are not available",
        "The port is taken on the engine's machine.",
        "Leave the option ports out, so that free ones are found, or name others.",
    ),
    (
        "engine_disk_full",
        r"no space left on device|No space left on device|disk quota exceeded",
        "The disk of the Docker engine's machine is full.",
        "Remove images and containers there that nobody needs, or give it a larger disk.",
    ),
    (
        "engine_without_gpu",
        r"could not select device driver|nvidia-container|no NVIDIA GPU|could not find gpu",
        "The Docker engine at {url} has no GPU that it could give to a container.",
        "Install the NVIDIA container toolkit there, or set gpus to 0.",
    ),
    (
        "engine_too_small",
        r"Range of CPUs is from|Minimum memory limit|not enough memory",
        "The Docker engine's machine cannot give what is asked for.",
        "Ask for less, or use a larger machine.",
    ),
    (
        "registry_refuses",
        r"pull access denied|unauthorized|authentication required|no basic auth|denied: |insufficient_scope",
        "The registry does not hand out the image.",
        "Check its name, and give the engine's machine the credentials (docker login), or use a public image.",
    ),
    (
        "image_unknown",
        r"No such image|manifest unknown|manifest for .* not found|repository does not exist|invalid reference format",
        "There is no such image.",
        "Check its name and tag.",
    ),
    (
        "registry_unreachable",
        r"server gave HTTP response to HTTPS client|dial tcp|TLS handshake timeout|net/http: ",
        "The engine cannot reach the image's registry.",
        "Check the registry's address; one without TLS must be among the engine's insecure-registries.",
    ),
    (
        "image_does_not_start",
        r"executable file not found|exec format error|OCI runtime create failed|no such file or directory: unknown|"
        r"unable to start container process|oci runtime error",
        "The image does not start.",
        "Its command must exist in it and be built for the engine's processor; try `docker run` with it.",
    ),
    (
        "network_unknown",
        r"network .* not found",
        "The engine has no such network.",
        "Check the option network.",
    ),
    (
        "engine_too_slow",
        r"Read timed out|ReadTimeout|timed out|ConnectTimeout",
        "The Docker engine at {url} does not answer in time.",
        "Look whether its machine is overloaded or unreachable.",
    ),
    (
        "engine_refused",
        r"Connection refused|ConnectionRefusedError|NewConnectionError|Connection reset|Connection aborted|"
        r"RemoteDisconnected|No route to host|Network is unreachable|Broken pipe",
        "Nothing answers at {url}.",
        "Start the Docker engine there, or correct the option engine.",
    ),
)
ENGINE_CODES = frozenset(code for code, *_ in KNOWN if code.startswith("engine_")) - {
    "engine_disk_full", "engine_without_gpu", "engine_too_small"
}  # fmt: skip
"""The engine itself cannot be used; it says nothing about the deployment."""


def explained(error: BaseException, *, engine_url: str) -> Refusal:
    """The engine's own words stay in the message."""
    said = _said(error)
    for code, pattern, meaning, remedy in KNOWN:
        if re.search(pattern, said):
            words = "" if code in ENGINE_CODES else f" It says: {_short(said)}"
            return Refusal(code, f"{meaning.format(url=engine_url)}{words}", hint=remedy)
    hint = _("Look at the engine's own log; try `docker info` and `docker run` on its machine.")
    return Refusal("engine_failed", _("The Docker engine failed: %(short)s") % {"short": _short(said)}, hint=hint)


def _said(error: BaseException) -> str:
    """Its words and those of what caused it."""
    words, seen = [], error
    for _depth in range(6):
        words.append(f"{type(seen).__name__}: {getattr(seen, 'explanation', None) or seen}")
        cause = seen.__cause__ or seen.__context__
        if cause is None:
            break
        seen = cause
    return " | ".join(dict.fromkeys(words))


def _short(said: str) -> str:
    first = said.partition(" | ")[0].partition(": ")[2] or said
    return " ".join(first.split())[:400]
