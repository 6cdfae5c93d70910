"""Runs go into the recycle bin, come back, and go for good, while nothing that uses them loses its ground."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import msgspec
import pytest
from django.db import connection
from django.utils import timezone

from designer.models import Draft
from mlops.batch.inputs import read_input
from mlops.bin.tasks import empty_bins
from mlops.blobs.models import Tree
from mlops.events.models import Event
from mlops.formats.document import Document
from mlops.formats.refusal import Refusal
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.runs import actions, queries, retention
from mlops.runs.deletion import delete, finish_broken_off, in_bin, purge, restore
from mlops.runs.experiments import delete_experiment
from mlops.runs.logging import Point, log_metrics, log_parameters
from mlops.runs.models import LogLine, Metric, Run, Step, Tombstone
from mlops.runs.numbering import next_number
from mlops.runs.remains import mark
from mlops.runs.usage import users_of_many
from mlops.tags.filters import tags_of
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(contributor, project):
    return past_run(contributor, project)


@pytest.fixture
def sweep(contributor, project):
    outer = past_run(contributor, project)
    Run.objects.filter(pk=outer.pk).update(kind="sweep")
    outer.refresh_from_db()
    trials = [past_run(contributor, project) for _ in range(2)]
    Run.objects.filter(pk__in=[one.pk for one in trials]).update(parent=outer, kind="command")
    return outer, [Run.objects.get(pk=one.pk) for one in trials]


def test_a_deleted_run_is_in_no_list_and_opens_nowhere_until_it_is_restored(contributor, run):
    delete(contributor, run)
    assert not queries.visible_to(contributor).exists()
    with pytest.raises(Refusal, match="recycle bin"):
        queries.run(contributor, run.pk)
    assert list(in_bin(queries.with_deleted(contributor))) == [run]
    restore(contributor, run)
    assert queries.run(contributor, run.pk) == run
    types = list(Event.objects.order_by("seq").values_list("type", flat=True))
    assert types[-2:] == ["mlops.run.deleted", "mlops.run.restored"]


def test_a_run_in_the_bin_is_on_no_face(client, contributor, project, run):
    client.force_login(contributor)
    name = "Gone for now"
    Run.objects.filter(pk=run.pk).update(display_name=name, origin="drafts/1@2")
    faces = ("/", "/runs/", "/experiments/", "/api/v1/runs/", "/api/v1/jobs/", f"/api/v1/lineage/?of=runs/{run.number}")
    shown = [face for face in faces if name in client.get(face).content.decode()]
    assert shown == [face for face in faces if face != "/experiments/"]
    delete(contributor, run)
    assert [face for face in faces if name in client.get(face).content.decode()] == []
    with pytest.raises(Refusal, match="no such run"):
        read_input(project, f"azureml://jobs/{run.number}/outputs/results")


def test_an_experiment_with_runs_that_are_used_or_go_on_is_not_deleted(contributor, project, run):
    tree = Tree.objects.create(digest="a" * 64, size_bytes=1, file_count=1)
    model = RegisteredModel.objects.create(project=project, name="prices")
    version = ModelVersion.objects.create(model=model, number=3, tree=tree, run=run)
    with pytest.raises(Refusal, match="model version prices:3"):
        delete_experiment(contributor, run.experiment)
    version.delete()
    Run.objects.update(state="running")
    with pytest.raises(Refusal, match="is running"):
        delete_experiment(contributor, run.experiment)
    assert queries.visible_to(contributor).get().experiment.deleted_at is None
    Run.objects.update(state="failed")
    delete_experiment(contributor, run.experiment)
    assert not queries.visible_to(contributor).exists()


def test_users_of_many_runs_are_found_together(contributor, project, run, django_assert_max_num_queries):
    runs = [run, *(past_run(contributor, project) for _ in range(5))]
    document = msgspec.to_builtins(Document()) | {"note": f"runs/{run.pk} runs/{runs[3].pk}"}
    Draft.objects.create(project=project, name="Churn", document=document, saved_at=timezone.now())
    with django_assert_max_num_queries(3):
        assert {used.pk for used, _use in users_of_many(runs)} == {run.pk, runs[3].pk}


def test_a_sweep_takes_its_trials_along_and_brings_them_back(contributor, sweep):
    outer, trials = sweep
    delete(contributor, trials[0])
    assert delete(contributor, outer) == 2
    assert list(in_bin(queries.with_deleted(contributor))) == [outer]
    assert restore(contributor, outer) == 2
    assert Run.objects.get(pk=trials[0].pk).deleted_at is not None


def test_a_run_that_goes_on_is_not_deleted_nor_a_trial_of_a_sweep_that_does(contributor, sweep):
    outer, trials = sweep
    Run.objects.filter(pk=outer.pk).update(state="running")
    for one, code in ((outer, "run_under_way"), (trials[0], "sweep_under_way")):
        with pytest.raises(Refusal) as refused:
            delete(contributor, Run.objects.get(pk=one.pk))
        assert refused.value.code == code


def test_a_run_that_a_model_came_from_names_the_model(contributor, project, run):
    tree = Tree.objects.create(digest="a" * 64, size_bytes=1, file_count=1)
    model = RegisteredModel.objects.create(project=project, name="prices")
    ModelVersion.objects.create(model=model, number=3, tree=tree, run=run)
    with pytest.raises(Refusal, match="model version prices:3") as refused:
        delete(contributor, run)
    assert refused.value.code == "run_in_use"
    assert refused.value.extra["users"][0]["url"].startswith("/models/")


def test_a_run_with_a_pinned_result_names_the_draft(contributor, project, run):
    document = msgspec.to_builtins(Document()) | {"note": f"runs/{run.pk}"}
    Draft.objects.create(project=project, name="Churn", document=document, saved_at=timezone.now())
    with pytest.raises(Refusal, match="draft “Churn”"):
        delete(contributor, run)


def test_a_reader_deletes_nothing_and_only_an_owner_deletes_for_good(reader, contributor, owner, run):
    with pytest.raises(Refusal, match="role contributor"):
        delete(reader, run)
    delete(contributor, run)
    with pytest.raises(Refusal, match="role owner"):
        purge(contributor, run, confirmed="1")
    with pytest.raises(Refusal) as refused:
        purge(owner, run, confirmed="yes")
    assert refused.value.code == "purge_unconfirmed"


def test_a_run_outside_the_bin_is_not_deleted_for_good(owner, run):
    with pytest.raises(Refusal) as refused:
        purge(owner, run, confirmed=str(run.number))
    assert refused.value.code == "run_not_in_bin"


def test_what_is_deleted_for_good_leaves_a_tombstone_and_its_number(contributor, owner, project, run):
    log_metrics(run, [Point("loss", 0.5, n) for n in range(30)])
    log_parameters(run, {"lr": 0.1})
    LogLine.objects.create(step=Step.objects.filter(run=run)[0], seq=1, at=timezone.now(), stream="log", text="x")
    actions.set_tags(contributor, run, tags={"team": "red"})
    delete(contributor, run)
    purge(owner, run, confirmed=f"#{run.number}", reason="test data")
    assert not Run.objects.exists()
    assert not Metric.objects.exists()
    assert tags_of(run) == {}
    stone = Tombstone.objects.get()
    assert (stone.number, stone.purged_by_name, stone.reason) == (1, "olga", "test data")
    assert next_number(project) == 2
    assert Event.objects.filter(type="mlops.run.purged", subject=f"runs/{run.pk}").exists()


def aged(contributor, project, *, days: int, loss: float) -> Run:
    run = past_run(contributor, project)
    Run.objects.filter(pk=run.pk).update(ended_at=timezone.now() - timedelta(days=days))
    log_metrics(run, [Point("loss", loss)])
    return Run.objects.select_related("experiment").get(pk=run.pk)


def test_a_rule_deletes_old_runs_but_the_best_and_the_tagged(owner, contributor, project):
    old, best, tagged, young = (
        aged(contributor, project, days=days, loss=loss) for days, loss in ((40, 0.9), (50, 0.1), (60, 0.8), (1, 0.7))
    )
    actions.set_tags(contributor, tagged, tags={"keep": "yes"})
    rule = retention.set_rule(
        owner,
        old.experiment,
        older_than_days=30,
        keep_best=1,
        metric="loss",
        is_larger_better=False,
        keep_tagged="keep",
    )
    assert [run.pk for run in retention.found_by(rule).runs] == [old.pk]
    retention.apply_rules()
    assert set(queries.visible_to(contributor)) == {best, tagged, young}


def test_the_bin_is_emptied_after_its_time(contributor, run, settings):
    delete(contributor, run)
    empty_bins()
    assert Run.objects.exists()
    Run.objects.update(deleted_at=timezone.now() - timedelta(days=settings.BIN_DAYS + 1))
    empty_bins()
    assert not Run.objects.exists()
    assert Tombstone.objects.get().purged_by_name == "system"


def test_a_rule_that_says_too_little_is_refused(owner, run):
    for wrong in ({"older_than_days": 0}, {"older_than_days": 3, "keep_best": 2}):
        with pytest.raises(Refusal) as refused:
            retention.set_rule(owner, run.experiment, **wrong)
        assert refused.value.code == "retention_invalid"


def test_what_is_being_removed_for_good_is_not_restored(owner, run):
    delete(owner, run)
    mark(run, by="olga", reason="", freed_bytes=0)
    with pytest.raises(Refusal, match="being removed for good"):
        restore(owner, run)
    finish_broken_off()
    assert Run.objects.exists()
    Tombstone.objects.update(purged_at=timezone.now() - timedelta(minutes=6))
    finish_broken_off()
    assert not Run.objects.exists()
    assert Event.objects.filter(type="mlops.run.purged").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_a_removal_and_a_restoration_at_the_same_moment_one_wins(owner, project):
    for _round in range(6):
        run = past_run(owner, project)
        log_metrics(run, [Point("a", 0.5, n) for n in range(50)])
        delete(owner, run)
        ways = [lambda one=run: purge(owner, one, confirmed=str(one.number)), lambda one=run: restore(owner, one)]
        gone, back = at_once(*ways)
        assert (gone is None) != (back is None)
        assert Run.kept.filter(pk=run.pk).exists() == (back is None)
        assert Metric.objects.filter(run=run).count() == (50 if back is None else 0)


def at_once(*ways: Callable[[], object]) -> list[str | None]:
    """What each was refused with, or None, where all begin together."""
    start = Barrier(len(ways))

    def done(way: Callable[[], object]) -> str | None:
        start.wait()
        try:
            way()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(ways)) as pool:
        return list(pool.map(done, ways))
