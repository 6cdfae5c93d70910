"""Policies: what is refused, with the nearest that would do; who may; what is kept of changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops.alerts.subjects import about
from mlops.formats.azureml.lines import load
from mlops.formats.refusal import Refusal
from mlops.formats.retraining import Triggered, What
from mlops.formats.retraining_file import read_policy
from mlops.retraining import actions
from mlops.retraining.models import PolicyRevision
from mlops.retraining.parameters import derive

pytestmark = pytest.mark.django_db
ON_CARS = {"held_out": {"kind": "dataset", "dataset": "Cars"}}
WHAT = {"pipeline": "train prices", "parameters": {"data": "${{newest.Cars}}"}}


@pytest.mark.parametrize(
    ("wrong", "code", "hint"),
    [
        ({"what": {"pipeline": "train price"}}, "pipeline_unknown", "train prices"),
        ({"what": WHAT | {"parameters": {"dat": "x"}}}, "parameter_unknown", "data"),
        ({"what": WHAT | {"parameters": {"dat": "${{newest.Cars}}"}}}, "parameter_unknown", "data"),
        ({"what": WHAT | {"parameters": {"data": "${{newst.Cars}}"}}}, "expression_unknown", "newest"),
        ({"what": WHAT | {"parameters": {"data": "${{newest.Car}}"}}}, "dataset_unknown", "Cars"),
        ({"what": WHAT | {"parameters": {"data": "${{window}}"}}}, "window_missing", "what.window"),
        ({"what": WHAT | {"node": "trian"}}, "step_not_found", "train"),
        ({"compare": {"criteria": [{"metric": "acuracy"}]}}, "metric_unknown", "accuracy"),
        ({"compare": {"criteria": [{"metric": "auc", "margin": -1}]}}, "margin_invalid", "not_worse"),
        ({"compare": {"held_out": {"kind": "dataset", "dataset": "Cart"}}}, "dataset_unknown", "Cars"),
        ({"endpoint": "nope"}, "endpoint_unknown", "Deploy a model first"),
        ({"what": WHAT | {"parameters": {"data": "Carts"}}}, "dataset_unknown", "Cars"),
        ({"what": WHAT | {"parameters": {"data": "Cars:7"}}}, "version_unknown", "1"),
        ({"compare": {"held_out": {"kind": "dataset"}}}, "dataset_missing", "There are: Cars"),
        ({"compare": ON_CARS | {"slices": [{"column": "mke"}]}}, "column_unknown", "make"),
        ({"compare": {"held_out": ON_CARS["held_out"] | {"label": "prize"}}}, "column_unknown", "price"),
        (
            {"endpoint": "shop", "compare": {"held_out": {"kind": "collected", "seconds": 0}}},
            "held_out_invalid",
            "7 days",
        ),
        ({"compare": {"confidence": 95}}, "confidence_invalid", "0.95"),
        ({"compare": {"slice": []}}, "policy_unreadable", "slices"),
        ({"when": {"dataset": "Carts"}}, "dataset_unknown", "Cars"),
        ({"when": {"on_new_version": True}}, "dataset_missing", "when.dataset"),
        ({"when": {"schedule": {"type": "cron", "expression": "nonsense"}}}, "cron_invalid", ""),
        ({"then": {"do": "rollout"}}, "endpoint_missing", "register"),
        ({"endpoint": "shop", "then": {"do": "rollout", "plan": {"steps": [50, 10]}}}, "plan_invalid", "step"),
        ({"model": "a/model"}, "name_invalid", "a-model"),
        ({"then": {"do": "tag", "alias": "latest"}}, "alias_invalid", "reserved"),
        ({"then": {"do": "tag", "stage": "Prodcution"}}, "stage_unknown", "Production"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_kept(make_policy, wrong, code, hint):
    with pytest.raises(Refusal) as refused:
        make_policy(**wrong)
    assert refused.value.code == code
    assert hint in f"{refused.value.message} {refused.value.hint}"


def test_the_nearest_endpoint_is_named(endpoint, make_policy):
    with pytest.raises(Refusal, match="no endpoint “shpo”") as refused:
        make_policy(endpoint="shpo")
    assert "shop" in refused.value.hint


def test_each_change_is_a_revision_with_who_and_why(contributor, owner, make_policy):
    policy = make_policy()
    changed = {**policy.settings, "approval": {"is_needed": True}}
    actions.change_policy(owner, policy, settings=changed, reason="After the audit")
    kept = PolicyRevision.objects.order_by("number")
    assert [(one.number, one.reason, one.created_by) for one in kept] == [
        (1, "", contributor),
        (2, "After the audit", owner),
    ]
    assert policy.runs_as == owner


def test_a_reader_may_neither_make_nor_start_one(reader, make_policy):
    policy = make_policy()
    for act in (lambda: actions.start(reader, policy), lambda: actions.delete_policy(reader, policy)):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "forbidden"


def test_one_with_an_attempt_under_way_is_not_deleted(contributor, make_policy):
    policy = make_policy()
    actions.start(contributor, policy)
    with pytest.raises(Refusal, match="Attempt 1 of “prices” is under way"):
        actions.delete_policy(contributor, policy)


def test_parameters_follow_from_the_newest_data_and_the_trigger(project, add_cars):
    add_cars(1)
    add_cars(2)
    what = What(
        pipeline="p",
        parameters={"a": "${{newest.Cars}}", "b": 5, "c": "since ${{ trigger.start }}", "d": "${{trigger.weight}}"},
    )
    trigger = Triggered(kind="push", key="k", reason="r", fields={"start": "2026-01-01", "weight": 0.5})
    derived = derive(project, what, trigger, window=None, at="now")
    assert derived.values == {"a": "Cars:2", "b": 5, "c": "since 2026-01-01", "d": 0.5}
    assert str(derived.data) == "Cars:2"


def test_a_field_that_the_trigger_does_not_have_is_named(project):
    what = What(pipeline="p", parameters={"a": "${{trigger.comit}}"})
    trigger = Triggered(kind="push", key="k", reason="r", fields={"commit": "abc"})
    with pytest.raises(Refusal) as refused:
        derive(project, what, trigger, window=None, at="now")
    assert "commit" in refused.value.hint


def test_alerts_name_the_policy_and_the_attempt(project, make_policy):
    policy = make_policy()
    assert about(project, f"retraining/{policy.pk}").title == policy.name
    assert about(project, f"retraining/{policy.pk}/attempts/2").title == f"{policy.name}, attempt 2"


def test_the_guides_policy_is_read_as_it_stands():
    guide = Path(__file__).parents[2] / "docs" / "guides" / "retraining.md"
    text = guide.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    read = read_policy(load("guide", text))
    assert (read.name, read.settings.then.do) == ("prices", "rollout")
