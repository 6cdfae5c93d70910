"""What a confined program can reach of the files around it."""

from __future__ import annotations

import pytest

from mlops.confinement.places import spared


@pytest.mark.parametrize(
    "path", ["{data}/secret_key", "{data}", "/etc/shadow", "/root/.bashrc", "/proc/kcore", "/boot"]
)
def test_it_reads_nothing_of_the_server_nor_of_homes(confined, work, path):
    place = path.format(data=work.parent / "server")
    status, said = confined("cat", place)
    assert status != 0
    assert "tell nobody" not in said


def test_it_lists_nothing_of_the_server(confined, work):
    status, said = confined("ls", str(work.parent / "server"))
    assert (status != 0, "secret_key" in said) == (True, False)


@pytest.mark.parametrize(
    "act",
    [
        "open({data!r} + '/new', 'w')",
        "os.unlink({data!r} + '/secret_key')",
        "os.truncate({data!r} + '/secret_key', 0)",
        "os.rename({data!r} + '/secret_key', 'mine')",
        "os.link({data!r} + '/secret_key', 'mine')",
        "os.symlink({data!r} + '/secret_key', 'mine'); open('mine').read()",
        "os.chdir({data!r}); open('secret_key').read()",
        "open('../server/secret_key').read()",
        "open('/proc/self/cwd/../server/secret_key').read()",
        "open(os.open('/', os.O_PATH) and '/proc/1/root' + {data!r} + '/secret_key').read()",
        "os.mknod('disk', 0o600 | __import__('stat').S_IFBLK, os.makedev(8, 0))",
        "os.mkdir('/usr/local/mine')",
        "open('/etc/ld.so.preload', 'w')",
        "open('/proc/sys/kernel/core_pattern', 'w')",
        "open('/proc/sysrq-trigger', 'w')",
    ],
)
def test_it_changes_nothing_outside_and_no_detour_leads_there(confined, work, act):
    data = str(work.parent / "server")
    status, said = confined(f"import os; {act.format(data=data)}")
    assert (status, "Error" in said) == (1, True), said
    assert (work.parent / "server" / "secret_key").read_text() == "tell nobody"


def test_it_writes_and_runs_what_lies_in_its_own_folder(confined, work):
    (work / "hello.sh").write_text(
        "#!/bin/sh\necho hello > said; mkdir -p a/b; mv said a/b/; ln a/b/said again; cat again"
    )
    (work / "hello.sh").chmod(0o700)
    assert confined("./hello.sh", "") == (0, "hello\n")


def test_a_folder_of_the_server_within_a_readable_one_is_left_out(tmp_path):
    for name in ("lib/a", "lib/data/b", "lib/c"):
        (tmp_path / name).mkdir(parents=True)
    lib = str(tmp_path / "lib")
    assert sorted(spared([lib], [f"{lib}/data"])) == [f"{lib}/a", f"{lib}/c"]
    assert list(spared([f"{lib}/data/b"], [f"{lib}/data"])) == []
