"""A Git server on this machine, and a repository of a project that lies there."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from mlops.repositories.actions import connect
from mlops.repositories.models import Push, Repository
from mlops.repositories.taking_up import take_up
from mlops.repositories.wanted import Wanted

JOB = """$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
command: python train.py
code: ../src
environment: azureml:AzureML-sklearn-1.5@latest
experiment_name: churn
"""
WHO = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")


class Origin:
    """A work tree of somebody, and the bare repository that it pushes to."""

    def __init__(self, folder: Path, url: str) -> None:
        self.tree, self.bare, self.url = folder / "tree", folder / "team" / "churn.git", url

    def begin(self) -> None:
        self.tree.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.bare)], check=True)

    def git(self, *words: str, where: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *WHO, "-C", str(where or self.tree), *words], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def push(self, files: dict[str, str], *, branch: str = "main") -> str:
        """The commit with these files written, pushed."""
        for path, text in files.items():
            place = self.tree / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        self.git("checkout", "-q", "-B", branch)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", f"Change {', '.join(files) or 'nothing'}")
        self.git("push", "-q", "-f", str(self.bare), branch)
        return self.git("rev-parse", "HEAD")

    def tag(self, name: str, *, message: str = "") -> str:
        """What the tag points to now, pushed: the newest commit, or with a message a tag object that names it."""
        self.git("tag", "-f", *(["-a", "-m", message] if message else []), name)
        self.git("push", "-q", "-f", str(self.bare), f"refs/tags/{name}")
        return self.git("rev-parse", name)

    def text(self, path: str, branch: str = "main") -> str:
        done = subprocess.run(
            ["git", "-C", str(self.bare), "show", f"{branch}:{path}"], check=True, capture_output=True
        )
        return done.stdout.decode()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *words: Any) -> None:
        pass


@pytest.fixture
def git_server(tmp_path: Path) -> Iterator[str]:
    """Serves the bare repositories below `tmp_path`, to read and to write."""
    from dulwich.errors import NotGitRepository
    from dulwich.repo import Repo
    from dulwich.server import Backend
    from dulwich.web import make_wsgi_chain

    class Below(Backend):
        def open_repository(self, path: Any) -> Repo:
            name = path.decode() if isinstance(path, bytes) else str(path)
            place = tmp_path / "git" / name.strip("/")
            if not place.is_dir():
                raise NotGitRepository(str(path))
            return Repo(str(place))

    application = make_wsgi_chain(Below())
    server: WSGIServer = make_server("127.0.0.1", 0, application, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def near(settings) -> None:
    """This machine may be called."""
    settings.ALLOWED_PRIVATE_HOSTS = "127.0.0.1"


@pytest.fixture(scope="session")
def first_push(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository as every test finds it, to be copied: made anew, it takes seven processes."""
    folder = tmp_path_factory.mktemp("origin") / "git"
    made = Origin(folder, "")
    made.begin()
    made.push({".mlops/train.yml": JOB, "src/train.py": "print('trained')\n"})
    return folder


@pytest.fixture
def origin(tmp_path: Path, first_push: Path, git_server: str, near: None) -> Origin:
    shutil.copytree(first_push, tmp_path / "git")
    return Origin(tmp_path / "git", f"{git_server}/team/churn.git")


@pytest.fixture
def repository(owner, project, origin: Origin) -> Repository:
    row, _secret = connect(owner, project, Wanted(url=origin.url))
    return row


@pytest.fixture
def taken_up() -> Callable[[Push], Push]:
    """Does a worker's work."""

    def done(push: Push) -> Push:
        take_up(str(push.pk))
        return Push.objects.get(pk=push.pk)

    return done
