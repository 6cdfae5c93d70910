"""A filter finds what it says, on every database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.formats.search import SearchFault
from mlops.runs.logging import Point, log_metrics, log_parameters
from mlops.runs.models import Experiment, Run
from mlops.runs.searching import RUNS
from mlops.tags.filters import write_tags
from mlops.tags.searching import search
from mlops.tags.searching.facets import facets
from mlops.tags.searching.proposing import proposals
from tests.runs.history import past_run

NAN, INFINITE = float("nan"), float("inf")
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(contributor, project, owner):
    """Runs a to d: what each was given and what came out."""

    def made(name, state, *, tags=(), metrics=(), parameters=(), days=0, by=contributor, minutes=None):
        run = past_run(by, project, nodes=(), edges=(), state=state)
        began = timezone.now() - timedelta(days=days)
        run.display_name = name
        run.started_at = began if minutes else None
        run.ended_at = began + timedelta(minutes=minutes) if minutes else None
        run.save()
        Run.objects.filter(pk=run.pk).update(created_at=began)
        write_tags(run, dict(tags))
        log_metrics(run, [Point(key, value) for key, value in metrics])
        log_parameters(run, dict(parameters))
        return run

    made("a churn", "completed", tags={"Area": "Churn", "n": "10"}, metrics=[("rmse", 0.4)], parameters={"lr": "0.1"})
    made("b Churn_x", "failed", tags={"Area": "Sales", "n": "9"}, metrics=[("rmse", 0.9), ("val/mae", 2.0)], days=9)
    made(
        "c Ärger", "completed", tags={"Area": "churn", "city": "New York"}, metrics=[("rmse", float("nan"))], minutes=20
    )
    made("d", "running", metrics=[("rmse", INFINITE)], parameters={"lr": "tiny"}, days=2, by=owner, minutes=1)
    return Run.objects.all()


def found(text, actor=None, **more):
    names = search(Run.objects.all(), text, RUNS, actor=actor, **more).queryset.values_list("display_name", flat=True)
    return "".join(sorted(name[0] for name in names))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "abcd"),
        ("Area=Churn", "a"),
        ("Area : Churn", "a"),
        ("tags.Area ilike 'churn'", "ac"),
        ("Area like 'C%'", "a"),
        ("Area like '%urn'", "ac"),
        ("Area ~ chur", "ac"),
        ("Area", "abc"),
        ("tags.Area", "abc"),
        ("Area != Churn", "bc"),
        ("-Area=Churn", "bcd"),
        ("Area in (Churn, Sales)", "ab"),
        ("Area not in (Churn, Sales)", "c"),
        ("Area is null", "d"),
        ("city='New York'", "c"),
        ("n > 9", "a"),
        ("n >= 9", "ab"),
        ("state = failed", "b"),
        ("status:FINISHED", "ac"),
        ("not state = completed", "bd"),
        ("metrics.rmse < 0.5", "a"),
        ("metrics.rmse > 0.5", "bd"),
        ("metrics.rmse", "abcd"),
        ("metrics.rmse != 0.4", "bd"),
        ("not metrics.rmse < 0.5", "bcd"),
        ("metrics.rmse = inf", "d"),
        ("metrics.`val/mae` between 1 and 2", "b"),
        ("metrics.nothing > 0", ""),
        ("params.lr = 0.1", "a"),
        ("params.lr < 0.5", "a"),
        ("params.lr is not null", "ad"),
        ("created > 7 days ago", "acd"),
        ("created < 7 days ago", "b"),
        ("created = today", "ac"),
        ("duration > 5 min", "c"),
        ("not duration > 5 min", "abd"),
        ("name ~ CHURN", "ab"),
        ("name = '%_%'", ""),
        ("name like '%\\_x'", "b"),
        ("name = *churn", "a"),
        ("churn", "ab"),
        ("ärger", "c"),
        ("Churn_x", "b"),
        ("#2", "b"),
        ("by = carl", "abc"),
        ("not by=carl", "d"),
        ("experiment = cars state:running", "d"),
        ("Area=Churn or state=failed", "ab"),
        ("(Area=Churn or state=failed) and metrics.rmse > 0.5", "b"),
        ("kind = pipeline archived = no", "abcd"),
    ],
)
def test_a_filter_finds_just_what_it_says(world, text, names):
    assert found(text) == names


def test_me_is_who_asks(world, owner):
    assert found("by = me", owner) == "d"


def test_tags_given_beside_the_filter_are_taken_verbatim(world):
    assert found("state=completed", tags=["city=New York"]) == "c"
    assert found("", tags=["Area"], words="churn") == "ab"


def test_an_id_that_is_none_is_refused_at_its_place(world):
    with pytest.raises(SearchFault) as caught:
        found("state=failed id = 12")
    assert caught.value.span == (13, 20)


def test_what_was_understood_is_said(world):
    said = search(Run.objects.all(), "state = failed metrics.rmse<0.5 or not Area=Churn", RUNS)
    assert said.understood == (
        "Runs where (state is failed and the metric rmse is less than 0.5) or it is not so that the tag Area is “Churn”"
    )
    assert search(Run.objects.all(), "a=1 (b=2 or x)", RUNS, tags=["Area = Churn"]).said == (
        "a=1", "(b=2 or x)", "Area=Churn",
    )  # fmt: skip
    assert Experiment.objects.count() == 1


def test_tags_that_a_client_keeps_are_proposed_only_to_who_types_their_beginning(world):
    write_tags(world.first(), {"mlflow.source.name": "train.py", "model": "gbm"})
    things = Run.objects.all()

    def proposed(text):
        return [one.label for one in proposals(things, RUNS, text, len(text)).proposals]

    assert not any("mlflow" in one for one in proposed("m"))
    assert "model" in proposed("m")
    assert any("mlflow.source.name" in one for one in proposed("tags.mlflow."))
    told = [choice.label for facet in facets(things, RUNS) for choice in facet.choices]
    assert "model" in told
    assert "mlflow.source.name" not in told


def test_texts_that_begin_alike_are_told_apart_beyond_what_indexes_hold(contributor, project):
    for name, value in (("a", "x" * 199), ("b", "x" * 200), ("c", "x" * 200 + "y")):
        run = past_run(contributor, project, nodes=(), edges=(), state="completed")
        Run.objects.filter(pk=run.pk).update(display_name=name)
        log_parameters(run, {"path": value})
    assert [found(f"params.path = '{'x' * count}'") for count in (198, 199, 200)] == ["", "a", "b"]
    assert found(f"params.path = '{'x' * 200}y'") == "c"
