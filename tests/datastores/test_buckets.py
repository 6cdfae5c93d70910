"""S3 through its extra, against a server of the same protocol; where the extra is missing, the refusal names it."""

from __future__ import annotations

import importlib.util

import pytest

from mlops.blobs.trees import manifest_of
from mlops.datasets.references import resolve_data
from mlops.datastores import actions
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db


def store(owner, project, kind: str = "s3", **settings: str):
    keys = {"access_key_id": "us", "secret_access_key": "hush"} if kind == "s3" else {"account_key": "aHVzaA=="}
    return actions.create_datastore(owner, project, name="lake", kind=kind, settings=settings, credentials=keys)


def test_objects_of_a_bucket_are_read_with_their_marks(owner, project, monkeypatch):
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        end = "http://{}:{}".format(*server.get_host_and_port())
        client = boto3.client(
            "s3", endpoint_url=end, region_name="us-east-1", aws_access_key_id="us", aws_secret_access_key="hush"
        )
        client.create_bucket(Bucket="lake")
        client.put_object(Bucket="lake", Key="sales/2024/a.csv", Body=b"x\n1\n")
        client.put_object(Bucket="lake", Key="sales/b.csv", Body=b"x\n2\n")
        monkeypatch.setenv("MLOPS_IMPORT_PRIVATE_HOSTS", "127.0.0.1")
        lake = store(owner, project, bucket="lake", endpoint=end, region="us-east-1")
        assert actions.test(owner, lake).state == "reached"
        for at, names in [("sales", ["2024/a.csv", "b.csv"]), ("sales/b.csv", ["b.csv"]), ("sales/*.csv", ["b.csv"])]:
            found = resolve_data(owner, project, f"azureml://datastores/lake/paths/{at}", form="uri_folder")
            assert [file.path for file in manifest_of(found.tree).files] == names
        monkeypatch.delenv("MLOPS_IMPORT_PRIVATE_HOSTS")
        assert "not a public address" in actions.test(owner, lake).reason
    finally:
        server.stop()


@pytest.mark.skipif(importlib.util.find_spec("adlfs") is not None, reason="the extra is installed")
def test_a_missing_extra_is_named_with_how_to_install_it(owner, project):
    store(owner, project, "azure_blob", account_name="a", container_name="c")
    with pytest.raises(Refusal, match="adlfs, which is not installed") as refused:
        resolve_data(owner, project, "azureml://datastores/lake/paths/x", form="uri_folder")
    assert "mlops-studio[azure]" in refused.value.hint


def test_azure_files_say_that_they_are_not_read(owner, project):
    store(owner, project, "azure_file", account_name="a", file_share_name="s")
    with pytest.raises(Refusal) as refused:
        resolve_data(owner, project, "azureml://datastores/lake/paths/x", form="uri_folder")
    assert refused.value.code == "datastore_not_read"
