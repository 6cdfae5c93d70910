"""Data stores: what may be set up, what is read from them, and what is never told."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mlops.blobs.trees import manifest_of
from mlops.datasets import assets, outside
from mlops.datasets.importing import import_version
from mlops.datasets.references import resolve_data
from mlops.datastores import actions, addresses
from mlops.datastores.api import datastore_row
from mlops.events.models import Event
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db
STORE = "azureml://datastores/files/paths/"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "root"
    (folder / "sales" / "2024").mkdir(parents=True)
    (folder / "sales" / "2024" / "a.csv").write_text("x,y\n1,2\n")
    (folder / "sales" / "b.csv").write_text("x,y\n3,4\n")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "out").symlink_to(tmp_path)
    monkeypatch.setenv("MLOPS_DATASTORE_ROOTS", str(folder))
    return folder


@pytest.fixture
def files(owner, project, root):
    return actions.create_datastore(
        owner, project, name="files", kind="local", settings={"path": str(root)}, credentials={}
    )


@pytest.fixture
def web(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("MLOPS_IMPORT_PRIVATE_HOSTS", "127.0.0.1")
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


def registered(actor, project, uri: str, **fields):
    version = assets.create_asset(actor, project, assets.NewAsset(**{"name": "sales", "uri": uri, **fields}))
    import_version(version.pk)
    version.refresh_from_db()
    return version


def paths(tree: str) -> list[str]:
    return [file.path for file in manifest_of(tree).files]


@pytest.mark.parametrize(
    ("at", "form", "found"),
    [
        ("sales", "uri_folder", ["2024/a.csv", "b.csv"]),
        ("sales/b.csv", "uri_file", ["b.csv"]),
        ("sales/**/*.csv", "uri_folder", ["2024/a.csv", "b.csv"]),
    ],
)
def test_a_folder_a_file_and_a_pattern_are_read(owner, project, files, at, form, found):
    assert paths(resolve_data(owner, project, STORE + at, form=form).tree) == found


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"{STORE}../secret.txt", "path_outside"),
        (f"{STORE}out/secret.txt", "path_outside"),
        (f"{STORE}out/*.txt", "path_outside"),
        (f"{STORE}nothing", "path_unknown"),
        ("azureml://datastores/fils/paths/a", "datastore_unknown"),
        ("azureml://datastores/files/folder/a", "reference_invalid"),
        ("http://127.0.0.1:9/a.csv", "address_not_public"),
        ("http://169.254.169.254/latest", "address_not_public"),
    ],
)
def test_what_leads_elsewhere_is_refused(owner, project, files, address, code):
    with pytest.raises(Refusal) as refused:
        resolve_data(owner, project, address, form="uri_folder")
    assert refused.value.code == code


def test_a_folder_that_no_administrator_opened_is_refused(owner, project):
    with pytest.raises(Refusal) as refused:
        actions.create_datastore(owner, project, name="etc", kind="local", settings={"path": "/etc"}, credentials={})
    assert refused.value.code == "folder_not_allowed"


def test_secrets_are_sealed_and_never_told(owner, project):
    store = actions.create_datastore(
        owner, project, name="lake", kind="s3", settings={"bucket": "b"}, credentials={"secret_access_key": "hush"}
    )
    assert "hush" not in store.secrets
    assert datastore_row(store)["credentials"] == ["secret_access_key"]
    assert all("hush" not in str(event.data) for event in Event.objects.all())
    again = actions.create_datastore(owner, project, name="lake", kind="s3", settings={"bucket": "c"}, credentials={})
    assert (datastore_row(again)["credentials"], again.settings) == (["secret_access_key"], {"bucket": "c"})


def test_a_field_that_is_none_names_the_nearest(owner, project):
    with pytest.raises(Refusal) as refused:
        actions.create_datastore(owner, project, name="x", kind="s3", settings={"buket": "b"}, credentials={})
    assert (refused.value.code, refused.value.hint) == ("field_unknown", "Did you mean 'bucket'?")


def test_a_version_keeps_a_copy_and_notices_that_its_source_was_overwritten(owner, project, files, root):
    version = registered(owner, project, f"{STORE}sales/b.csv", type="uri_file")
    assert (version.state, version.row_count) == ("ready", 1)
    assert outside.verify(owner, version).state == "unchanged"
    (root / "sales" / "b.csv").write_text("x,y\n3,4\n5,6\n")
    verdict = outside.verify(owner, version)
    assert (verdict.state, verdict.is_kept) == ("changed", True)
    assert "1 overwritten (b.csv)" in verdict.reason
    outside.verify(owner, version)
    assert Event.objects.filter(type="mlops.dataset.source_changed").count() == 1
    assert resolve_data(owner, project, "azureml:sales:1", form="uri_file").tree == version.files_id


def test_a_pointer_is_refused_where_its_source_changed(owner, project, files, root, monkeypatch):
    version = registered(owner, project, f"{STORE}sales", by_reference=True)
    assert (version.files, version.state) == (None, "ready")
    assert paths(resolve_data(owner, project, "azureml:sales:1", form="uri_folder").tree) == ["2024/a.csv", "b.csv"]
    (root / "sales" / "b.csv").write_text("other")
    with pytest.raises(Refusal) as refused:
        resolve_data(owner, project, "azureml:sales:1", form="uri_folder")
    assert refused.value.code == "data_changed"
    monkeypatch.setenv("MLOPS_CHANGED_DATA", "warn")
    assert resolve_data(owner, project, "azureml:sales:1", form="uri_folder").version == 1


def test_a_source_that_is_gone_fails_the_import_and_says_so(owner, project, files):
    version = registered(owner, project, f"{STORE}none.csv", type="uri_file")
    assert (version.state, "nothing at" in version.reason) == ("failed", True)


def test_a_web_address_is_fetched_and_watched(owner, project, web, root):
    version = registered(owner, project, f"{web}/sales/b.csv", type="uri_file")
    assert (version.state, version.row_count, version.file_name) == ("ready", 1, "b.csv")
    assert outside.verify(owner, version).state == "unchanged"
    (root / "sales" / "b.csv").unlink()
    assert outside.verify(owner, version).state == "unreachable"


def test_tables_and_queries_of_a_database_are_read_and_nothing_is_written(owner, project, root):
    database = root / "shop.db"
    with sqlite3.connect(database) as opened:
        opened.execute("create table orders (id integer, price real)")
        opened.executemany("insert into orders values (?, ?)", [(1, 2.5), (2, None), (3, 7.25)])
    url = f"sqlite:///{database}"
    actions.create_datastore(owner, project, name="shop", kind="sql", settings={"url": url}, credentials={})
    at = "azureml://datastores/shop/"
    assert registered(owner, project, f"{at}paths/orders", type="uri_file", name="orders").row_count == 3
    query = f"{at}query/select id, price * 2 as double from orders where price is not null"
    assert registered(owner, project, query, type="uri_file", name="doubled").row_count == 2
    for bad, code in [("query/delete from orders", "query_writes"), ("paths/order", "table_unknown")]:
        with pytest.raises(Refusal) as refused:
            resolve_data(owner, project, at + bad, form="uri_file")
        assert refused.value.code == code


def test_what_was_written_to_the_own_storage_is_read_back(owner, project, files):
    tree = resolve_data(owner, project, f"{STORE}sales", form="uri_folder").tree
    from mlops.blobs.models import Tree

    addresses.put_own(project, "results/run1", Tree.objects.get(digest=tree))
    own = "azureml://datastores/workspaceblobstore/paths/results"
    assert paths(resolve_data(owner, project, own, form="uri_folder").tree) == ["run1/2024/a.csv", "run1/b.csv"]
    assert paths(resolve_data(owner, project, f"{own}/run1/b.csv", form="uri_file").tree) == ["b.csv"]


def test_a_store_says_why_it_cannot_be_reached(owner, project, files):
    assert actions.test(owner, files).state == "reached"
    far = actions.create_datastore(
        owner, project, name="far", kind="http", settings={"url": "http://127.0.0.1:9/"}, credentials={}
    )
    tested = actions.test(owner, far)
    assert tested.state == "failed"
    assert "not a public address" in tested.reason


def test_a_default_store_outside_says_that_jobs_take_no_notice(client, owner, project, files):
    client.force_login(owner)
    told = [
        client.post("/api/v1/datastores/default/", {"project": project.slug, "name": name}, "application/json").json()
        for name in ("files", "workspaceblobstore")
    ]
    assert "own storage" in told[0]["warnings"][0]
    assert told[1]["warnings"] == []
