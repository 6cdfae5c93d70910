"""A backup that was taken while somebody wrote, put back elsewhere."""

from __future__ import annotations

import io
import json
import sqlite3
import stat
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mlops.administration.backups import postgres, reading
from mlops.administration.backups.restoring import restore
from mlops.blobs import garbage
from mlops.client.main import main
from mlops.formats.refusal import Refusal
from mlops.server import lock
from tests.administration.conftest import mlops

Change = Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes] | None]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("MLOPS_DATABASE_URL", raising=False)
    monkeypatch.setenv("MLOPS_DATA_DIR", str(tmp_path / "new"))
    (tmp_path / "new").mkdir()
    return tmp_path / "new"


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _ask(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "db.sqlite3")) as link:
        return link.execute(query).fetchall()


def _changed(backup: Path, target: Path, change: Change) -> Path:
    """The archive with its members changed."""
    with tarfile.open(backup) as source, tarfile.open(target, "w") as tar:
        for info in source:
            file = source.extractfile(info)
            if kept := change(info, file.read() if file else b""):
                kept[0].size = len(kept[1])
                tar.addfile(kept[0], io.BytesIO(kept[1]))
    return target


def _refusal(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value


def test_what_is_put_back_is_one_instant_of_the_database_while_rows_came(backup: Path, empty: Path) -> None:
    assert main(["restore", str(backup)]) == 0
    here, there = _ask(empty, "SELECT number FROM here"), _ask(empty, "SELECT number FROM there")
    assert here == there == [(number,) for number in range(1, len(here) + 1)]
    assert _ask(empty, "PRAGMA integrity_check") == [("ok",)]
    assert _ask(empty, "SELECT slug FROM access_project") == [("churn",)]


def test_stored_files_key_and_certificates_come_back_and_what_is_derived_does_not(
    backup: Path, empty: Path, server_folder: Path
) -> None:
    main(["restore", str(backup)])
    before, after = _files(server_folder), _files(empty)
    blobs = {name for name in before if name.startswith("blobs/") and "incoming" not in name}
    assert len(blobs) == 40
    kept = {name: content for name, content in after.items() if name not in ("db.sqlite3", "up.lock")}
    assert kept == {name: before[name] for name in {*blobs, "secret_key", "engines/far/ca.pem"}}
    assert stat.S_IMODE((empty / "secret_key").stat().st_mode) == 0o600


def test_a_backup_is_its_owners_alone_and_is_told_in_the_audit_trail(backup: Path, server_folder: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    told = _ask(server_folder, "SELECT subject, data FROM events_event WHERE type = 'mlops.backup.taken'")
    assert told[0][0] == "backups/kept.tar.gz"
    assert json.loads(told[0][1])["blobs"] == 40
    assert [one.name for one in backup.parent.iterdir() if "kept" in one.name] == ["kept.tar.gz"]


def test_a_backup_is_checked_without_being_put_back(backup: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "--verify", str(backup)]) == 0
    assert "is whole" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("backup", "here.tar"), "database_missing"),
        (("backup", "--verify", "nowhere.tar"), "backup_missing"),
        (("restore", "nowhere.tar"), "backup_missing"),
        (("upgrade", "--check"), "database_missing"),
    ],
)
def test_what_is_not_there_is_named_by_a_command_of_its_own(tmp_path: Path, words: tuple[str, ...], code: str) -> None:
    told = mlops(tmp_path, *words)
    assert (told.returncode, told.stderr.splitlines()[0]) == (3, f"code: {code}")


def test_a_directory_with_things_in_it_is_refused_and_by_force_they_go_aside(
    backup: Path, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty / "mine").write_text("old")
    assert main(["restore", str(backup)]) == 3
    assert "--force" in capsys.readouterr().err
    assert not (empty / "db.sqlite3").exists()
    assert main(["restore", str(backup), "--force"]) == 0
    assert [path.read_text() for path in empty.glob("before-restore-*/mine")] == ["old"]
    assert (empty / "db.sqlite3").exists()


def test_a_running_server_is_not_restored_over(backup: Path, empty: Path) -> None:
    with lock.hold(empty, url="http://127.0.0.1:1"):
        assert main(["restore", str(backup), "--force"]) == 3
    assert not (empty / "db.sqlite3").exists()


def _with_other_bytes(info: tarfile.TarInfo, content: bytes) -> tuple[tarfile.TarInfo, bytes]:
    return info, content[::-1] if info.name.startswith("files/engines") else content


def _without_a_blob(info: tarfile.TarInfo, content: bytes) -> tuple[tarfile.TarInfo, bytes] | None:
    return None if info.name.startswith("blobs/0") else (info, content)


def _without_its_end(info: tarfile.TarInfo, content: bytes) -> tuple[tarfile.TarInfo, bytes] | None:
    return None if info.name == "members.txt" else (info, content)


def _that_leads_out(info: tarfile.TarInfo, content: bytes) -> tuple[tarfile.TarInfo, bytes]:
    info.name = "files/../../out" if info.name.startswith("files/engines") else info.name
    return info, content


def _with_a_link(info: tarfile.TarInfo, content: bytes) -> tuple[tarfile.TarInfo, bytes]:
    if not info.name.startswith("files/engines"):
        return info, content
    info.type, info.linkname = tarfile.SYMTYPE, "/etc"
    return info, b""


@pytest.mark.parametrize(
    "change", [_with_other_bytes, _without_a_blob, _without_its_end, _that_leads_out, _with_a_link]
)
def test_a_damaged_archive_is_refused_before_anything_is_touched(
    backup: Path, empty: Path, tmp_path: Path, change: Change
) -> None:
    (empty / "mine").write_text("old")
    bad = _changed(backup, tmp_path / "bad.tar", change)
    assert _refusal(lambda: restore(bad, empty, force=True)).code == "backup_damaged"
    assert _files(empty) == {"mine": b"old"}
    assert not (tmp_path / "out").exists()


def test_an_archive_that_was_cut_off_or_is_none_is_refused(backup: Path, tmp_path: Path) -> None:
    for content in (backup.read_bytes()[:-5000], b"no archive", b""):
        (tmp_path / "cut").write_bytes(content)
        assert _refusal(lambda: reading.read(tmp_path / "cut")).code == "backup_damaged"


@pytest.mark.parametrize("newer", [{"version": "99.0"}, {"migrations": ["mlops.events.9999_later"]}, {"format": 9}])
def test_a_backup_of_a_newer_product_is_refused(
    backup: Path, empty: Path, tmp_path: Path, newer: dict[str, Any]
) -> None:
    def change(info: tarfile.TarInfo, content: bytes) -> tuple[tarfile.TarInfo, bytes]:
        return info, json.dumps(json.loads(content) | newer).encode() if info.name == "about.json" else content

    bad = _changed(backup, tmp_path / "newer.tar", change)
    assert _refusal(lambda: restore(bad, empty, force=False)).code == "backup_newer"
    assert not any(empty.iterdir())


def test_a_backup_needs_a_server_and_a_name_that_is_free(
    backup: Path, empty: Path, server_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(empty / "new.tar")]) == 3
    assert "--data-dir" in capsys.readouterr().err
    assert not any(empty.iterdir())
    assert "exists" in mlops(server_folder, "backup", str(backup)).stderr


def test_without_the_programs_of_postgresql_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    def dump() -> None:
        with postgres.dumped("postgres://nobody@127.0.0.1:1/none", tmp_path / "dump"):
            pass

    assert "postgresql-client" in _refusal(dump).hint


def test_the_programs_of_postgresql_are_given_all_of_the_address_but_no_password_in_their_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_restore"
    program.write_text('#!/bin/sh\necho "$@" > "$TOLD"; env | grep ^PG >> "$TOLD"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    postgres.load("postgres://ol%40ga:p%2Fw@db:5433/st%20udio?sslmode=verify-full&sslcert=/c.pem", tmp_path / "dump")
    words, *told = (tmp_path / "told").read_text().splitlines()
    assert "p/w" not in words
    assert {"PGUSER=ol@ga", "PGPASSWORD=p/w", "PGHOST=db", "PGPORT=5433", "PGDATABASE=st udio"} <= set(told)
    assert {"PGSSLMODE=verify-full", "PGSSLCERT=/c.pem"} <= set(told)


def test_nothing_is_removed_while_a_backup_is_taken(db: None) -> None:
    with garbage.nothing_removed():
        assert _refusal(lambda: garbage.collect(grace=timedelta())).code == "blobs_in_use"
    assert garbage.collect(grace=timedelta()).removed == 0
