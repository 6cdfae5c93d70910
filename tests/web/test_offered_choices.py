"""What other projects offer to this one can be chosen: in wizards, forms, and the designer's palette."""

from __future__ import annotations

import msgspec
import polars as pl
import pytest
from django.utils import timezone

from designer import queries
from mlops.accounts import offering
from mlops.accounts.membership import create_project
from mlops.batch.actions import create_endpoint
from mlops.batch.models import BatchDeployment
from mlops.components.actions import create_version
from mlops.datasets.models import DatasetVersion
from mlops.datasets.sharing import name_used, names_usable
from mlops.deployments.models import Deployment, Endpoint
from mlops.explanations.held_out import dataset_of
from mlops.formats.component import Component
from mlops.formats.definition import Command, Definition
from mlops.formats.document import Document, DrawnNode
from mlops.formats.monitor import Target
from mlops.formats.pipeline import Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.formats.retraining import Triggered, What
from mlops.monitoring.sources import dataset_version as watched_version
from mlops.monitoring.sources import target_of
from mlops.pipelines.looking import look
from mlops.pipelines.models import PipelineEndpoint, PublishedPipeline
from mlops.pipelines.schedules import create_schedule, read_trigger
from mlops.replays.sides import named as side_named
from mlops.retraining.parameters import derive
from mlops.retraining.versions import version_named
from mlops.runs.models import Run
from tests.datasets.test_actions import imported
from tests.deployments.test_pages import FILLED
from tests.execution.conftest import dataset_version
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(stranger):
    """Another project, whose owner sees nothing of the first."""
    return create_project(stranger, name="Shop", slug="shop")


@pytest.fixture
def browser(client, stranger):
    client.force_login(stranger)
    return client


def test_the_wizard_deploys_an_offered_model_into_the_project_that_it_is_offered_to(browser, owner, project, shop):
    version = registered(owner, project, name="prices")
    registered(owner, project, name="unshared")
    typed = {**FILLED, "version": str(version.pk), "project": "shop", "entry": "native", "step": "review", "go": "next"}
    assert "prices" not in browser.get("/deploy/?project=shop").content.decode()
    assert browser.post("/deploy/", typed).status_code == 404
    offering.offer(owner, version.model, to=shop)
    page = browser.get("/deploy/?project=shop").content.decode()
    assert "prices:1 from Churn" in page
    assert "unshared" not in page
    opened = browser.get("/deploy/", {"version": str(version.pk), "project": "shop"}).content.decode()
    assert 'name="project" value="shop"' in opened
    assert browser.post("/deploy/", typed).status_code == 302
    made = Deployment.objects.select_related("endpoint__project").get()
    assert (made.endpoint.project, made.version) == (shop, version)


def test_a_conversion_is_not_proposed_for_what_another_project_offers(browser, owner, project, shop):
    version = registered(owner, project, name="prices")
    offering.offer(owner, version.model, to=shop)
    typed = {**FILLED, "version": str(version.pk), "project": "shop", "step": "name", "go": "next"}
    assert "only its own project can convert it" in browser.post("/deploy/", typed).content.decode()


def test_a_batch_deployment_takes_an_offered_model_from_its_form(browser, owner, stranger, project, shop):
    version = registered(owner, project, name="prices")
    endpoint = create_endpoint(stranger, shop, name="nightly")
    address = f"/batch/{endpoint.pk}/deploy/"
    assert "prices:1" not in browser.get(address).content.decode()
    offering.offer(owner, version.model, to=shop)
    page = browser.get(address).content.decode()
    assert "prices:1 from Churn" in page
    assert 'value="churn/prices:1"' in page
    typed = {"name": "blue", "of": "model", "version": "churn/prices:1", "entry": "native"}
    assert browser.post(address, typed).status_code == 302
    assert BatchDeployment.objects.get().version == version


def test_the_palette_has_the_datasets_that_others_offer_and_they_can_be_drawn(browser, owner, project, shop):
    version = imported(owner, project)
    assert browser.get("/api/v1/palette/?project=shop").json()["datasets"] == []
    offering.offer(owner, version.dataset, to=shop)
    [shown] = browser.get("/api/v1/palette/?project=shop").json()["datasets"]
    assert (shown["name"], shown["owner"], shown["url"], shown["version"]) == ("churn/Cars", "Churn", "", 1)
    node = DrawnNode(component="dataset", version="1", parameters={"dataset": shown["name"], "version": 1})
    shapes, problems = queries.examine(shop, Document(nodes={"cars": node}))
    assert problems == ()
    assert shapes


def test_the_palette_has_the_components_that_others_offer_under_the_name_with_their_owner(
    browser, owner, project, shop
):
    for name in ("clean", "hidden"):
        named = Component(name=name, version="1", title="Clean", group="My Components", help="It cleans.")
        made = create_version(owner, project, Definition(component=named, how=Command(command="true")), kind="command")
        if name == "clean":
            offering.offer(owner, made.component, to=shop)
    [shown] = browser.get("/api/v1/palette/?project=shop").json()["own"]
    assert (shown["name"], shown["title"], shown["owner"]) == ("churn/clean", "Clean", "Churn")
    assert (shown["own"]["url"], shown["own"]["latest"]) == ("", "1")
    node = DrawnNode(component=shown["name"], version="1", parameters={})
    assert queries.examine(shop, Document(nodes={"clean": node}))[1] == ()


def test_a_monitor_watches_an_offered_dataset_and_holds_it_against_one(
    browser, owner, stranger, project, shop, tmp_path
):
    version = dataset_version(project, pl.DataFrame({"price": [1.0, 2.0], "when": [1, 2]}), tmp_path, name="cars")
    assert "churn/cars" not in browser.get("/monitoring/new/?project=shop").content.decode()
    offering.offer(owner, version.dataset, to=shop)
    assert "churn/cars" in browser.get("/monitoring/new/?project=shop").content.decode()
    watched = target_of(shop, Target(dataset="churn/cars"))
    assert watched.dataset == version.dataset
    assert watched_version(shop, "churn/cars:1") == version


def test_retraining_follows_an_offered_dataset_by_its_owners_name(owner, stranger, project, shop, tmp_path):
    version = dataset_version(project, pl.DataFrame({"price": [1.0, 2.0]}), tmp_path, name="cars")
    offering.offer(owner, version.dataset, to=shop)
    assert names_usable(shop) == ["churn/cars"]
    what = What(pipeline="train", parameters={"data": "${{newest.churn/cars}}"})
    found = derive(shop, what, Triggered(kind="hand", key="1", reason="x"), window=None, at="")
    assert (found.values, found.data) == ({"data": "churn/cars:1"}, version)


def test_two_versions_are_compared_of_which_another_project_offers_one(browser, owner, stranger, project, shop):
    version = registered(owner, project, name="prices")
    endpoint = Endpoint.objects.create(project=shop, name="desk", created_by=stranger)
    address = f"/endpoints/{endpoint.pk}/replays/"
    assert "prices:1" not in browser.get(address).content.decode()
    with pytest.raises(Refusal, match="no model version"):
        side_named(stranger, endpoint, "churn/prices:1", parameter="after")
    offering.offer(owner, version.model, to=shop)
    assert '"churn/prices:1"' in browser.get(address).content.decode()
    assert side_named(stranger, endpoint, "churn/prices:1", parameter="after") == version
    assert version_named(stranger, shop, "churn/prices:1", "own", where="champion") == version


def test_a_schedule_waits_for_versions_of_an_offered_dataset(browser, owner, stranger, project, shop, tmp_path):
    version = dataset_version(project, pl.DataFrame({"price": [1.0, 2.0]}), tmp_path, name="cars")
    endpoint = PipelineEndpoint.objects.create(project=shop, name="nightly", created_by=stranger)
    empty = {"spec": msgspec.to_builtins(PipelineSpec(nodes=(), edges=())), "document": {}}
    PipelineEndpoint.objects.update(default=PublishedPipeline.objects.create(endpoint=endpoint, number=0, **empty))
    endpoint.refresh_from_db()
    trigger = {"type": "dataset", "dataset": "churn/cars"}
    with pytest.raises(Refusal):
        create_schedule(stranger, endpoint, name="by data", trigger=trigger)
    offering.offer(owner, version.dataset, to=shop)
    assert "churn/cars" in browser.get(f"/pipelines/schedules/new/?endpoint={endpoint.pk}").content.decode()
    schedule = create_schedule(stranger, endpoint, name="by data", trigger=trigger)
    assert look(schedule, read_trigger(schedule.trigger), now=timezone.now()) == []
    DatasetVersion.objects.filter(pk=version.pk).update(number=2)
    [found] = look(schedule, read_trigger(schedule.trigger), now=timezone.now())
    assert found.key == "churn/cars:2"


def test_rows_of_a_run_are_followed_to_the_dataset_that_another_project_offers(
    owner, stranger, project, shop, tmp_path
):
    version = dataset_version(project, pl.DataFrame({"price": [1.0, 2.0]}), tmp_path, name="cars")
    offering.offer(owner, version.dataset, to=shop)
    given = {"dataset": "churn/cars", "version": 1}
    spec = PipelineSpec(nodes=(Node(id="data", component="dataset", version="1", parameters=given),), edges=())
    run = Run(project=shop, spec=msgspec.to_builtins(spec))
    assert dataset_of(run, spec, ("cars:1",)) == version
    assert (name_used("cars", ["cars", "churn/cars"]), name_used("cars", [])) == ("cars", "cars")
