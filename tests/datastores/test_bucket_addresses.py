"""Addresses of clouds by their own schemes, and the data store that gives its secrets for them."""

from __future__ import annotations

import pytest

from mlops.datasets import assets
from mlops.datastores import actions
from mlops.datastores.bucket_addresses import parsed, place_at
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db
IRIS = "wasbs://datasets@azuremlexamples.blob.core.windows.net/folder/iris.csv"


@pytest.mark.parametrize(
    "text",
    [
        IRIS,
        "abfss://datasets@azuremlexamples.dfs.core.windows.net/folder/iris.csv",
        "wasbs://azuremlexamples.blob.core.windows.net/datasets/folder/iris.csv",
    ],
)
def test_account_container_and_path_are_read_from_each_form(text):
    found = parsed(text)
    assert found.settings == {"account_name": "azuremlexamples", "container_name": "datasets"}
    assert found.at == "folder/iris.csv"


def test_a_bucket_is_read_from_its_address():
    assert parsed("s3://lake/sales/").settings == {"bucket": "lake"}


@pytest.mark.parametrize("text", ["wasbs://c@evil.example.org/x", "wasbs://nothing", "s3://", IRIS + "/../../x"])
def test_what_is_no_such_address_is_refused(text):
    with pytest.raises(Refusal):
        parsed(text)


def test_a_public_container_is_read_without_secrets_and_one_file_of_it_from_the_web(project):
    folder, file = place_at(project, IRIS.replace("iris.csv", "")), place_at(project, IRIS)
    assert (folder.kind, folder.at, folder.secrets) == ("azure_blob", "folder", {})
    assert file.settings["url"] == "https://azuremlexamples.blob.core.windows.net/datasets/folder/iris.csv"


def test_the_store_of_the_same_container_gives_its_secrets(owner, project):
    told = {"account_name": "azuremlexamples", "container_name": "datasets"}
    actions.create_datastore(
        owner, project, name="lake", kind="azure_blob", settings=told, credentials={"account_key": "aHVzaA=="}
    )
    assert place_at(project, IRIS).secrets == {"account_key": "aHVzaA=="}
    assert not place_at(project, IRIS.replace("datasets@", "others@")).secrets


def test_a_data_asset_may_name_a_container_and_a_wrong_address_is_refused_at_once(owner, project):
    version = assets.create_asset(owner, project, assets.NewAsset(name="iris", uri=IRIS, type="uri_file"))
    assert version.uri == IRIS
    with pytest.raises(Refusal, match="no address of a container"):
        assets.create_asset(owner, project, assets.NewAsset(name="b", uri="wasbs://nothing", type="uri_file"))
