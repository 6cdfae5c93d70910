"""Folders that programs of a machine share: each confined one has its own, and sees no socket of a service there."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from mlops.confinement import veil
from mlops.confinement.confining import Confinement, start

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not veil.can_draw(), reason="mount namespaces need root's powers here")


@pytest.fixture
def veiled(needs_landlock, work):
    """Runs a Python text whose /tmp is the folder `work/tmp`; its folder lies below /tmp itself, as everybody's."""
    (work / "tmp").mkdir()

    def run(text: str) -> str:
        forbidden = (str(work.parent / "server"),)
        how = Confinement(mode="required", writes=(str(work),), forbidden=forbidden, tmp=str(work / "tmp"))
        env = {"PATH": os.environ["PATH"]}
        program = [sys.executable, "-c", text]
        process = start(program, how=how, cwd=str(work), env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return process.communicate(timeout=60)[0].decode()

    return run


@pytest.fixture
def name():
    made = f"mlops-test-{uuid4().hex}"
    yield made
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run"):  # noqa: S108
        Path(folder, made).unlink(missing_ok=True)


def test_it_reads_nothing_of_others_in_them(veiled, name):
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run"):  # noqa: S108
        Path(folder, name).write_text("tell nobody")
    said = veiled(
        f"import os; print([os.path.exists(f + '/{name}') for f in ('/tmp', '/var/tmp', '/dev/shm', '/run')])"
    )
    assert said == "[False, False, False, False]\n"


def test_it_writes_there_and_nobody_sees_it(veiled, name):
    text = f"open('/dev/shm/{name}', 'w').write('mine'); print(open('/dev/shm/{name}').read())"
    assert veiled(text) == "mine\n"
    assert not Path("/dev/shm", name).exists()  # noqa: S108


ALONE = """
import os, sys
from mlops.confinement.confining import Confinement, start

folder, name = sys.argv[1:]
how = Confinement(mode="required", writes=(folder,), tmp=folder + "/tmp")
words = ["sh", "-c", f"echo mine > /tmp/{name} && echo more > /var/tmp/{name}"]
sys.exit(start(words, how=how, cwd=folder, env={"PATH": os.environ["PATH"]}).wait(60))
"""


@pytest.mark.skipif(sys.prefix.startswith("/tmp/"), reason="the tests' own Python lies in /tmp")  # noqa: S108
def test_where_nothing_kept_lies_below_it_its_tmp_is_the_folder_that_it_was_given(needs_landlock, name):
    """In a folder outside of /tmp, as servers have it; by a process whose paths no other test has changed."""
    with TemporaryDirectory(dir="/srv") as folder:
        Path(folder, "tmp").mkdir()
        env = {"PATH": "/usr/bin:/bin"}
        said = subprocess.run([sys.executable, "-c", ALONE, folder, name], env=env, cwd=ROOT, timeout=120, check=False)
        assert said.returncode == 0
        assert Path(folder, "tmp", name).read_text() == "more\n"
    assert not Path("/tmp", name).exists()  # noqa: S108


def test_what_is_kept_below_a_covered_folder_is_not_to_be_written_by_it(veiled, work):
    (work.parent / "given").mkdir()
    (work.parent / "given" / "code.py").write_text("1")
    place = str(work.parent / "given" / "code.py")
    assert "Error" in veiled(f"open({place!r}, 'a')")
    assert "Error" in veiled("import os; os.listdir('/tmp')")


@pytest.mark.parametrize("folder", ["/run", "/tmp"])  # noqa: S108
def test_sockets_of_services_are_out_of_reach(veiled, name, folder):
    with socket.socket(socket.AF_UNIX) as service:
        service.bind(f"{folder}/{name}")
        service.listen(1)
        said = veiled(f"import socket; socket.socket(socket.AF_UNIX).connect('{folder}/{name}')")
    assert "FileNotFoundError" in said


def test_its_own_folder_goes_on_to_be_where_it_was(veiled, work):
    assert veiled("import os; open('a', 'w').write('x'); print(os.getcwd())").strip() == str(work)
    assert (work / "a").read_text() == "x"


def test_names_are_still_resolved_and_memory_is_still_shared(veiled):
    text = "import socket, multiprocessing as m; socket.getaddrinfo('localhost', 80); m.Lock(); print('fine')"
    assert veiled(text) == "fine\n"


def test_the_one_that_starts_it_sees_all_as_before(veiled, work):
    veiled("pass")
    assert (work.parent / "server" / "secret_key").read_text() == "tell nobody"
    assert os.listdir("/run") != []
