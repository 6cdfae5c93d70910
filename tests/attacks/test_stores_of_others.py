"""Class: a store that is imported reads what lies beside it, on this machine or in its network (as CVE-2023-1177 and
CVE-2023-6974 do by sources; rogue database servers that ask their client for files)."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from mlops.blocks.database_urls import plain_url
from mlops.formats.refusal import Refusal
from mlops.mlflow_stores.opening import Address, opened
from mlops.mlflow_stores.unpacking import unpack

REFUSED = {
    "folder_not_allowed", "source_unknown", "address_not_public", "download_failed", "source_missing",
}  # fmt: skip


def code_of(address: str, root: Path) -> str:
    with pytest.raises(Refusal) as told, opened(Address(address=address, roots=(str(root),))):
        pass
    return told.value.code


@pytest.fixture
def root(tmp_path) -> Path:
    """A folder that may be read, with a link in it that leads out."""
    (tmp_path / "allowed").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "mlflow.db").write_bytes(b"SQLite format 3\0")
    (tmp_path / "allowed" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "allowed" / "db").symlink_to(tmp_path / "secret" / "mlflow.db")
    return tmp_path / "allowed"


def test_no_file_of_this_machine_is_read_that_was_not_allowed(root, data_dir):
    for address in (
        "/etc", "/etc/passwd", "file:///etc", "file:/etc", "file://localhost/etc", "file:%2f%2f/etc", "/proc/self/root",
        f"{root}/../secret", f"{root}/link", f"sqlite:///{root}/link/mlflow.db", f"sqlite:///{root}/db",
        f"sqlite:///{root}/../secret/mlflow.db", "sqlite:////etc/passwd", "sqlite:///../x", "sqlite://", "sqlite:///",
        f"sqlite:///{data_dir}/db.sqlite3", "sqlite:///file:/etc/passwd?uri=true", "sqlite:////dev/zero", "", ".", "~",
        "jdbc:x", "oracle://h/x", "s3://b/x", "gopher://h/",
    ):  # fmt: skip
        assert code_of(address, root) in REFUSED, address


def test_no_address_of_an_inner_network_is_called(root):
    for host in ("127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433"):
        for scheme in ("http", "https", "postgresql", "mysql", "mssql", "postgresql+psycopg2", "mysql+mysqldb"):
            assert code_of(f"{scheme}://{host}/mlflow", root) in REFUSED, (scheme, host)
    for address in ("postgresql:///mlflow?host=/var/run/postgresql", "postgresql://h.invalid/x?hostaddr=127.0.0.1",
                    "mysql:///x?unix_socket=/run/mysqld/mysqld.sock"):  # fmt: skip
        assert code_of(address, root) in REFUSED, address


@pytest.mark.parametrize(
    ("scheme", "query"),
    [
        ("mysql", "local_infile=1&read_default_file=/etc/passwd&unix_socket=/run/x&init_command=x&charset=utf8mb4"),
        ("mariadb", "local_infile=1&ssl_ca=/etc/passwd"), ("mysql+mysqldb", "local_infile=1"),
        ("MySQL", "local_infile=1&read_default_file=/etc/passwd"), ("POSTGRESQL", "service=x&passfile=y"),
        ("mssql+pyodbc", "odbc_connect=Driver%3D/tmp/evil.so&driver=/tmp/evil.so"),
        ("postgresql", "host=127.0.0.1&hostaddr=127.0.0.1&service=x&passfile=/etc/passwd&sslkey=/x&sslmode=require"),
    ],
)  # fmt: skip
def test_no_setting_lets_a_rogue_server_have_files(scheme, query):
    url = plain_url(make_url(f"{scheme}://db.example/x?{query}"))
    assert set(url.query) <= {"charset", "sslmode", "options"}
    assert "/" not in str(dict(url.query))


def test_a_data_store_takes_over_no_such_setting_either(tmp_path):
    from mlops.datastores.reading.database import _url
    from mlops.datastores.reading.order import Order

    told = {"url": "mysql://db.example/x?local_infile=1&read_default_file=/etc/passwd&charset=utf8mb4"}
    assert dict(_url(Order(kind="sql", settings=told, path=str(tmp_path))).query) == {"charset": "utf8mb4"}


def test_a_data_store_is_no_database_of_this_machine_or_its_network(tmp_path):
    """Without a host the server's own user would be let in by a socket."""
    from mlops.datastores.reading.database import _reached
    from mlops.datastores.reading.order import Order

    for url in (
        "postgresql:///x",
        "postgresql://me@/x",
        "postgresql:///x?host=/run/postgresql",
        "postgresql://127.1/x",
        "postgresql+psycopg2://127.0.0.1/x",
        "mysql://127.0.0.1/x",
        "mysql:///x?unix_socket=/run/mysqld/mysqld.sock",
        "mysql+mysqldb://10.0.0.1/x",
        "mariadb://169.254.169.254/x",
        "mssql://localhost/x",
    ):
        with pytest.raises(Refusal) as told:
            _reached(Order(kind="sql", settings={"url": url}, path=str(tmp_path)))
        assert told.value.code == "address_not_public"


def test_a_packed_store_leads_nowhere(tmp_path):
    for name in ("../evil", "/etc/evil", "a/../../evil", "..\\evil", "C:\\evil"):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as packed:
            packed.writestr(zipfile.ZipInfo(name), b"x")
        archive = tmp_path / "store.zip"
        archive.write_bytes(content.getvalue())
        with pytest.raises(Refusal):
            unpack(archive, tmp_path / "out")
    assert list(tmp_path.rglob("evil*")) == []


def test_a_link_in_a_packed_store_is_none_and_nothing_is_written_through_it(tmp_path):
    (tmp_path / "secret").mkdir()
    archive = tmp_path / "store.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name, target in (("link", tmp_path / "secret"), ("leak.txt", Path("/etc/passwd"))):
            link = zipfile.ZipInfo(name)
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            packed.writestr(link, str(target))
        packed.writestr("link/evil", b"x")
    unpack(archive, tmp_path / "out")
    assert [one for one in (tmp_path / "out").rglob("*") if one.is_symlink() or one.name == "leak.txt"] == []
    assert list((tmp_path / "secret").iterdir()) == []


def test_a_packed_store_that_swells_ends_at_the_limit(tmp_path):
    archive = tmp_path / "store.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mlruns/0/meta.yaml", bytes(10_000_000))
    with pytest.raises(Refusal) as told:
        unpack(archive, tmp_path / "out", most_bytes=1_000_000)
    assert told.value.code == "store_too_large"
