"""Which files of the machine any program needs: libraries, the harmless part of /etc, devices; never anybody's data."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterable, Iterator

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/proc", "/sys")
ETC = (
    "alternatives",
    "bash.bashrc",
    "bashrc",
    "ca-certificates",
    "ca-certificates.conf",
    "cuda",
    "debian_version",
    "default/locale",
    "environment",
    "fonts",
    "gai.conf",
    "gitconfig",
    "group",
    "host.conf",
    "hostname",
    "hosts",
    "inputrc",
    "java*",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "ld.so.preload",
    "locale.alias",
    "locale.conf",
    "localtime",
    "login.defs",
    "lsb-release",
    "machine-id",
    "magic",
    "mailcap",
    "matplotlibrc",
    "mime.types",
    "netconfig",
    "networks",
    "nsswitch.conf",
    "nvidia*",
    "odbc.ini",
    "odbcinst.ini",
    "OpenCL",
    "openmpi*",
    "os-release",
    "passwd",
    "pki/ca-trust",
    "pki/tls",
    "profile",
    "profile.d",
    "protocols",
    "python*",
    "R",
    "resolv.conf",
    "rpc",
    "services",
    "shells",
    "ssl/cert.pem",
    "ssl/certs",
    "ssl/openssl.cnf",
    "terminfo",
    "timezone",
    "vulkan",
)
OF_THE_SYSTEM = ("/run/systemd/resolve", "/run/resolvconf", "/var/cache/fontconfig", "/var/lib/texmf", "/snap/core")
DEVICES = (
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/tty",
    "/dev/nvidia*",
    "/dev/dri",
    "/dev/kfd",
    "/dev/infiniband",
)
SHARED_MEMORY = "/dev/shm"  # noqa: S108  # nosec B108
SHARED = ("/", "/home", "/root", "/tmp", "/var", "/var/tmp", "/etc")  # noqa: S108  # nosec B108
SEARCHED = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT")


def readable(*, pythons: Iterable[str], more: Iterable[str] = ()) -> list[str]:
    """`pythons`: the interpreters that are run, with all that lies in their environments."""
    searched = [path for name in SEARCHED for path in os.environ.get(name, "").split(os.pathsep)]
    certificates = [path for name in CERTIFICATES for path in os.environ.get(name, "").split(os.pathsep)]
    etc = [path for name in ETC for path in glob.glob(f"/etc/{name}")]
    found = (
        *SYSTEM,
        *OF_THE_SYSTEM,
        *etc,
        *(path for path in searched if _is_specific(path) and os.path.realpath(path) != AROUND),
        *certificates,
        *(place for python in pythons for place in homes_of(python)),
        *more,
    )
    return list(dict.fromkeys(os.path.realpath(path) for path in found if os.path.isabs(path)))


def devices() -> list[str]:
    return [path for name in DEVICES for path in glob.glob(name)]


def homes_of(python: str) -> Iterator[str]:
    """The folders of an interpreter: of its virtual environment, and of the Python that this was made from."""
    place = os.path.dirname(os.path.dirname(os.path.abspath(python)))
    if os.path.exists(os.path.join(place, "pyvenv.cfg")):
        yield place
    base = os.path.dirname(os.path.dirname(os.path.realpath(python)))
    if _is_specific(base):
        yield base


PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
AROUND = os.path.dirname(PACKAGE)
"""The folder above our package. In a checkout anything may lie there, so that only names are shown: without them
nothing of ours could be imported."""


def of_this_python() -> list[str]:
    """What the running program imports from."""
    imported = (path for path in sys.path if os.path.isabs(path) and os.path.realpath(path) != AROUND)
    return [PACKAGE, *filter(_is_specific, imported), *homes_of(sys.executable)]


def spared(paths: Iterable[str], forbidden: Iterable[str]) -> Iterator[str]:
    """The paths without the forbidden ones: of a folder that holds one, all else that lies there."""
    closed = [os.path.realpath(path) for path in forbidden]
    for path in paths:
        yield from _spared(path, closed)


def _spared(path: str, closed: list[str]) -> Iterator[str]:
    if any(_is_below(path, one) for one in closed):
        return
    if not any(_is_below(one, path) for one in closed):
        yield path
        return
    try:
        with os.scandir(path) as entries:
            inside = [entry.path for entry in entries if not entry.is_symlink()]
    except OSError:
        return
    for one in inside:
        yield from _spared(one, closed)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _is_specific(path: str) -> bool:
    """Not the root, nor somebody's whole home."""
    return os.path.isabs(path) and os.path.realpath(path) not in (*SHARED, os.path.expanduser("~"))
