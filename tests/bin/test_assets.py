"""Datasets, components and environments go into the recycle bin, come back and go for good as models do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from designer.models import Draft
from mlops.bin.assets import PARTS, part_of
from mlops.bin.deletion import delete, restore
from mlops.bin.models import Entry, Gone
from mlops.bin.removal import purge
from mlops.blobs import garbage
from mlops.components.actions import create_version
from mlops.components.models import Component
from mlops.components.registering import register_folder
from mlops.datasets.models import Dataset, DatasetVersion
from mlops.datastores.actions import delete_datastore
from mlops.datastores.models import Datastore
from mlops.environments.actions import create_version as create_environment
from mlops.formats.azureml.environment_parts import EnvironmentRead
from mlops.formats.definition import Requirements
from mlops.formats.refusal import Refusal
from mlops.monitoring.models import Monitor
from mlops.registry import named_in
from mlops.registry.pointing import remove_alias, set_alias
from tests.datasets.people import CARS, imported
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db
SCRIPT = '''
import pandas as pd


def {name}(rows: int = {rows}) -> pd.DataFrame:
    """Counts."""
    return pd.DataFrame({{"rows": [rows]}})
'''


def component(person, project, folder, *, rows: int = 1):
    folder.mkdir(exist_ok=True)
    (folder / "count.py").write_text(SCRIPT.format(name="count_rows", rows=rows))
    return register_folder(person, project, folder)


def environment(person, project, *, packages: tuple[str, ...] = ("six==1.16.0",)):
    read = EnvironmentRead(name="plain", requirements=Requirements(packages=packages))
    return create_environment(person, project, read, source="", source_name="requirements.txt")


@pytest.fixture(params=["dataset", "component", "environment"])
def make(request, contributor, project, tmp_path):
    """Makes version 1, then 2, …, each of another content."""
    acts = {
        "dataset": lambda n: imported(contributor, project, CARS + f"saab,{n},2\n".encode()),
        "component": lambda n: component(contributor, project, tmp_path / "code", rows=n),
        "environment": lambda n: environment(contributor, project, packages=(f"six==1.{n}.0",)),
    }
    return acts[request.param]


def test_a_version_goes_into_the_bin_and_comes_back(contributor, make):
    first, second = make(1), make(2)
    kind = type(first)
    entry = delete(contributor, first)
    assert list(kind.objects.all()) == [second]
    assert restore(contributor, entry) == first
    assert set(kind.objects.all()) == {first, second}


def test_the_last_version_takes_the_whole_along_and_the_name_is_free_at_once(contributor, make):
    first = make(1)
    entry = delete(contributor, first)
    assert entry.kind in ("dataset", "component", "environment")
    fresh = make(2)
    assert fresh.version == "1"
    with pytest.raises(Refusal, match="was given again"):
        restore(contributor, entry)
    whole = restore(contributor, entry, name="old_one")
    assert whole.name == "old_one"
    assert set(type(first).objects.all()) == {first, fresh}


def test_a_version_that_is_gone_for_good_is_not_given_again(owner, contributor, make):
    first, second = make(1), make(2)
    entry = delete(contributor, second)
    purge(owner, entry, confirmed=str(second))
    assert not type(first).with_deleted.filter(pk=second.pk).exists()
    assert Gone.objects.get(pk=second.pk).title == str(second)
    assert make(3).version == "3"
    garbage.collect(grace=timedelta(0))


def test_the_whole_goes_for_good_with_all_of_its_versions(owner, contributor, make):
    first, _second = make(1), make(2)
    part = part_of(first)
    whole = part.whole_of(first)
    entry = delete(contributor, whole)
    assert entry.kind == PARTS[entry.kind].asset.noun
    purge(owner, entry, confirmed=entry.title)
    assert not part.model.with_deleted.exists()
    assert not Entry.objects.exists()
    assert Gone.objects.count() == 3


def drawing(project, person, node: dict) -> Draft:
    document = {"nodes": {"one": node}, "edges": {}}
    return Draft.objects.create(
        project=project, name="Churn", document=document, saved_at=timezone.now(), created_by=person
    )


def test_a_drawing_keeps_the_dataset_version_that_it_names(contributor, project):
    first, second = imported(contributor, project), imported(contributor, project, CARS + b"saab,1,2\n")
    named = {"dataset": first.dataset.name, "version": 1}
    Draft.objects.filter(pk=drawing(project, contributor, {}).pk).update(
        document={"nodes": {"data": {"component": "dataset", "version": "", "parameters": named}}, "edges": {}}
    )
    with pytest.raises(Refusal, match="drawing “Churn”") as refused:
        delete(contributor, first)
    assert refused.value.extra["users"][0]["url"].startswith("/designer/")
    delete(contributor, second)
    assert list(DatasetVersion.objects.all()) == [first]


def test_what_wants_the_newest_version_keeps_the_last_one_only(contributor, project):
    first, second = imported(contributor, project), imported(contributor, project, CARS + b"saab,1,2\n")
    settings = {"target": {"dataset": first.dataset.name}, "signals": []}
    Monitor.objects.create(project=project, name="Watch", settings=settings, state_since=timezone.now())
    with pytest.raises(Refusal, match="monitor “Watch”"):
        delete(contributor, first.dataset)
    delete(contributor, second)
    with pytest.raises(Refusal, match="monitor “Watch”"):
        delete(contributor, first)
    assert Dataset.objects.exists()


def test_a_drawing_keeps_the_component_that_it_uses(contributor, project, tmp_path):
    version = component(contributor, project, tmp_path / "code")
    drawing(project, contributor, {"component": version.component.name, "version": version.version})
    with pytest.raises(Refusal, match="drawing “Churn”") as refused:
        delete(contributor, version.component)
    assert refused.value.code == "component_in_use"
    assert len(refused.value.extra["users"]) == 1
    assert Component.objects.exists()


def test_a_component_version_in_the_bin_is_not_registered_again(contributor, project, tmp_path):
    from msgspec.structs import replace

    from mlops.components.queries import definition_of

    first = component(contributor, project, tmp_path / "code")
    component(contributor, project, tmp_path / "code", rows=2)
    delete(contributor, first)
    known = definition_of(first)
    again = replace(known, component=replace(known.component, version="1"))
    with pytest.raises(Refusal, match="was deleted") as refused:
        create_version(contributor, project, again, kind="function")
    assert refused.value.code == "version_taken"


def test_a_data_store_that_data_only_points_to_is_not_forgotten(contributor, project):
    store = Datastore.objects.create(project=project, name="lake", kind="s3", settings={}, created_by=contributor)
    dataset = Dataset.objects.create(project=project, name="sales", type="uri_folder")
    uri = "azureml://datastores/lake/paths/2024/"
    DatasetVersion.objects.create(dataset=dataset, number=1, uri=uri, state="ready", state_since=timezone.now())
    with pytest.raises(Refusal, match="sales:1") as refused:
        delete_datastore(contributor, store)
    assert refused.value.code == "datastore_in_use"
    delete(contributor, dataset)
    delete_datastore(contributor, store)


def test_an_alias_that_a_drawing_loads_by_is_not_removed(contributor, project):
    version = registered(contributor, project)
    set_alias(contributor, version, alias="champion")
    drawing(project, contributor, {"component": "score", "parameters": {"model": "models:/prices@champion"}})
    with pytest.raises(Refusal, match="drawing “Churn”") as refused:
        remove_alias(contributor, version.model, alias="champion")
    assert refused.value.code == "alias_in_use"


def test_a_model_version_that_a_drawing_names_is_kept(contributor, project):
    first, second = registered(contributor, project), registered(contributor, project)
    drawing(project, contributor, {"component": "score", "parameters": {"model": "azureml:prices:1"}})
    with pytest.raises(Refusal, match="drawing “Churn”"):
        delete(contributor, first)
    delete(contributor, second)


def test_documents_are_read_once_however_many_versions_go(contributor, project, django_assert_num_queries):
    versions = [registered(contributor, project) for _ in range(3)]
    drawing(project, contributor, {"component": "score", "parameters": {"model": "azureml:prices:2"}})
    with CaptureQueriesContext(connection) as of_one:
        assert named_in.users(versions[:1]) == []
    with django_assert_num_queries(len(of_one)):
        found = named_in.users(versions)
    assert [(version.number, use.title) for version, use in found] == [(2, "the drawing “Churn”")]
