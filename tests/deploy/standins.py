"""Images for where no registry is: each is a tar of this machine's own programs with the libraries that they load."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import docker

from mlops.packaging.images.machine import NEEDED_BY_WHEELS

PASSWD = "root:x:0:0:root:/root:/bin/sh\nnginx:x:101:101::/tmp:/bin/sh\nstandin:x:999:1000::/tmp:/bin/sh\n"
GROUP = "root:x:0:\nnginx:x:101:\nstandin:x:1000:\n"
NSSWITCH = "passwd: files\ngroup: files\nhosts: files dns\n"
SHELL = ("sh", "cat", "rm", "mkdir", "chown", "chmod", "grep", "sed", "echo", "find", "env", "id", "ls", "true")
LIBRARY = re.compile(r"(/\S+\.so\S*)")


class Root:
    """The files of an image, each once."""

    def __init__(self, *people: str) -> None:
        self._file = io.BytesIO()
        self._tar = tarfile.open(fileobj=self._file, mode="w")  # noqa: SIM115 - closed in `imported`
        self._taken: set[str] = set()
        for name in ("tmp", "run", "var", "data"):
            self._folder(name, mode=0o1777)
        for name in ("bin", "lib", "lib64", "sbin"):
            self._link(name, f"usr/{name}")
        for name, text in (("passwd", PASSWD + "".join(people)), ("group", GROUP), ("nsswitch.conf", NSSWITCH)):
            self.text(f"/etc/{name}", text)
        self.programs(SHELL)

    def programs(self, names: Iterable[str]) -> None:
        """Each under /usr/bin, whatever folder it comes from."""
        for name in names:
            found = shutil.which(name)
            assert found, f"{name} is not on this machine"
            self.file(f"/usr/bin/{Path(name).name}", Path(found).resolve(), mode=0o755)
            self.libraries([Path(found).resolve()])

    def libraries(self, files: Sequence[Path]) -> None:
        for file in files:
            told = subprocess.run(["ldd", str(file)], capture_output=True, text=True).stdout
            for path in LIBRARY.findall(told):
                self._library(Path(path))
        for name in NEEDED_BY_WHEELS:
            self._library(Path("/usr/lib/x86_64-linux-gnu", name))

    def _library(self, path: Path) -> None:
        self.file(f"/{'usr/' if path.parts[1].startswith('lib') else ''}{str(path).lstrip('/')}", path.resolve())

    def tree(self, source: Path, target: str, *, but: frozenset[str] = frozenset()) -> None:
        for path in sorted(source.rglob("*")):
            inner = path.relative_to(source)
            if but.isdisjoint(inner.parts) and path.is_file():
                self.file(f"{target}/{inner}", path, mode=path.stat().st_mode & 0o777)

    def file(self, target: str, source: Path, *, mode: int = 0o755) -> None:
        if source.is_file() and target not in self._taken:
            info = self._info(target, mode)
            info.size = source.stat().st_size
            with source.open("rb") as content:
                self._tar.addfile(info, content)

    def text(self, target: str, text: str, *, mode: int = 0o644) -> None:
        info = self._info(target, mode)
        info.size = len(text.encode())
        self._tar.addfile(info, io.BytesIO(text.encode()))

    def _folder(self, name: str, *, mode: int) -> None:
        info = self._info(f"/{name}", mode)
        info.type = tarfile.DIRTYPE
        self._tar.addfile(info)

    def owned_folder(self, path: str, user: int) -> None:
        info = self._info(path, 0o755)
        info.type, info.uid, info.gid = tarfile.DIRTYPE, user, user
        self._tar.addfile(info)

    def _link(self, name: str, target: str) -> None:
        info = self._info(f"/{name}", 0o777)
        info.type, info.linkname = tarfile.SYMTYPE, target
        self._tar.addfile(info)

    def _info(self, target: str, mode: int) -> tarfile.TarInfo:
        self._taken.add(target)
        info = tarfile.TarInfo(target.lstrip("/"))
        info.mode = mode
        return info

    def imported(self, engine: docker.DockerClient, name: str, settings: Mapping[str, object] | None = None) -> None:
        """As the image `name`; `settings` are instructions of a Dockerfile."""
        self._tar.close()
        repository, _colon, tag = name.rpartition(":")
        changes = [f"{word} {value}" for word, value in (settings or {}).items()]
        data = self._file.getvalue()
        engine.api.import_image_from_data(data, repository=repository, tag=tag, changes=changes)


def python(root: Root) -> None:
    """The running interpreter, at /usr/local, with its standard library."""
    base = Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for name in (f"python{version}", "python3", "python"):
        root.file(f"/usr/local/bin/{name}", base)
    library = Path(sysconfig.get_path("stdlib", vars={"base": sys.base_prefix, "installed_base": sys.base_prefix}))
    unused = frozenset({"test", "tests", "site-packages", "__pycache__", "idlelib", "tkinter"})
    root.tree(library, f"/usr/local/lib/python{version}", but=unused)
    root.libraries([base, *library.glob("lib-dynload/*.so")])
    for shared in Path(sys.base_prefix, "lib").glob("libpython*.so*"):
        root.file(f"/usr/local/lib/{shared.name}", shared)


def postgres(engine: docker.DockerClient, name: str) -> None:
    """With the variables of Docker's own image that docker-compose.yml uses."""
    root = Root()
    programs = (
        Path(shutil.which("initdb") or sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1]).resolve().parent
    )
    version = programs.parent.name
    for program in ("postgres", "initdb", "pg_isready"):
        root.file(str(programs / program), programs / program)
        root.libraries([programs / program])
    libraries = Path("/usr/lib/postgresql", version, "lib")
    root.tree(libraries, str(libraries), but=frozenset({"bitcode", "pgxs"}))
    root.libraries(sorted(libraries.glob("*.so")))
    root.tree(Path("/usr/share/postgresql", version), f"/usr/share/postgresql/{version}", but=frozenset({"man"}))
    for zone in ("UTC", "Etc/UTC"):
        root.file(f"/usr/share/zoneinfo/{zone}", Path("/usr/share/zoneinfo", zone).resolve())
    root.text("/entrypoint", POSTGRES, mode=0o755)
    root.owned_folder("/var/lib/postgresql/data", 999)
    settings = {"ENV": f"PATH={programs}:/usr/bin", "ENTRYPOINT": '["/entrypoint"]', "USER": "999:1000"}
    root.imported(engine, name, {**settings, "VOLUME": "/var/lib/postgresql/data"})


POSTGRES = """#!/bin/sh
set -eu
D=/var/lib/postgresql/data/here
[ -d "$D" ] || {
  initdb -D "$D" -U "$POSTGRES_USER" -E UTF8 --locale=C -A scram-sha-256 --pwfile="$POSTGRES_PASSWORD_FILE" >/dev/null
  echo "host all all all scram-sha-256" >> "$D/pg_hba.conf"
  echo "CREATE DATABASE $POSTGRES_DB;" | postgres --single -D "$D" postgres >/dev/null
}
exec "$@" -D "$D" -k /tmp -c listen_addresses='*'
"""


def redis(engine: docker.DockerClient, name: str) -> None:
    root = Root()
    root.programs(["redis-server", "redis-cli"])
    root.imported(engine, name, {"WORKDIR": "/data"})


def nginx(engine: docker.DockerClient, name: str) -> None:
    root = Root()
    root.programs(["nginx", "wget"])
    root.file("/etc/nginx/mime.types", Path("/etc/nginx/mime.types"), mode=0o644)
    root.imported(engine, name)


def bucket(engine: docker.DockerClient, name: str) -> None:
    """moto, which asks for no password, from packages that are mounted at /packages."""
    root = Root()
    python(root)
    root.programs(["wget"])
    root.text("/bucket.py", BUCKET)
    settings = {"ENV": "LD_LIBRARY_PATH=/usr/local/lib PYTHONPATH=/packages PATH=/usr/local/bin:/usr/bin"}
    root.imported(engine, name, {**settings, "ENTRYPOINT": '["python", "/bucket.py"]'})


BUCKET = """
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

moto = DomainDispatcherApplication(create_backend_app)

def answer(environ, start_response):
    if environ["PATH_INFO"] == "/healthz":
        start_response("200 OK", [])
        return [b"ok"]
    return moto(environ, start_response)

run_simple("0.0.0.0", 8333, answer, threaded=True)
"""


def product(engine: docker.DockerClient, name: str) -> None:
    """Of docs/deploy/Dockerfile what is told to the engine; the packages are mounted at /packages, ours at /source."""
    root = Root("mlops:x:10001:10001::/var/lib/mlops:/bin/sh\n")
    python(root)
    root.text("/usr/local/bin/mlops", '#!/bin/sh\nexec python -m mlops.client.main "$@"\n', mode=0o755)
    variables = {
        "LD_LIBRARY_PATH": "/usr/local/lib",
        "PYTHONPATH": "/source:/packages",
        "PYTHONUNBUFFERED": "1",
        "PATH": "/usr/local/bin:/usr/bin",
        "HOME": "/var/lib/mlops",
        "MLOPS_DATA_DIR": "/var/lib/mlops",
    }
    root.owned_folder("/var/lib/mlops", 10001)
    root.imported(
        engine,
        name,
        {
            "ENV": " ".join(f"{key}={value}" for key, value in variables.items()),
            "USER": "10001:10001",
            "WORKDIR": "/var/lib/mlops",
            "VOLUME": "/var/lib/mlops",
            "HEALTHCHECK": '--interval=10s --timeout=60s --retries=30 CMD ["mlops", "serve", "check"]',
            "ENTRYPOINT": '["mlops"]',
        },
    )
