"""What a policy says of a comparison: each outcome, from plain values."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mlops.formats.evidence import Evidence, MetricFound, SideFound, SliceFound
from mlops.formats.retraining import Compare
from mlops.retraining.verdicts import verdict_of

OLD, NEW = SideFound(label="m:1", tree="a", bytes=1000, milliseconds=1.0), SideFound(label="m:2", tree="b", bytes=1500)


def auc(difference: float, low: float, high: float, *, champion: float = 0.8) -> MetricFound:
    return MetricFound(
        metric="auc", larger_is_better=True, challenger=champion + difference, champion=champion,
        difference=difference, low=low, high=high,
    )  # fmt: skip


def evidence(*metrics: MetricFound, **more: Any) -> Evidence:
    facts = {
        "held_out": "h:1",
        "rows": 500,
        "challenger": NEW,
        "champion": OLD,
        "usual_metric": "auc",
        "task": "two_class",
    }
    return Evidence(metrics=metrics, **{**facts, **more})


def compare(**given: Any) -> Compare:
    return msgspec.convert(given, Compare)


def slice_found(value: str, low: float, high: float) -> SliceFound:
    return SliceFound(
        column="make", value=value, metric="auc", rows=90, challenger=0.7, champion=0.8, difference=(low + high) / 2,
        low=low, high=high,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "criterion", "outcome", "act"),
    [
        (auc(0.05, 0.01, 0.09), {}, "better", "promote"),
        (auc(0.05, -0.01, 0.09), {}, "tie", "keep"),
        (auc(-0.05, -0.09, -0.01), {}, "worse", "keep"),
        (auc(0.05, 0.01, 0.09), {"margin": 0.02}, "tie", "keep"),
        (auc(0.05, -0.01, 0.09), {"needs_proof": False}, "better", "promote"),
        (auc(-0.01, -0.02, 0.01), {"must_be": "not_worse", "margin": 0.03}, "better", "promote"),
        (auc(-0.01, -0.05, 0.01), {"must_be": "not_worse", "margin": 0.03}, "tie", "keep"),
        (auc(-0.06, -0.09, -0.04), {"must_be": "not_worse", "margin": 0.03}, "worse", "keep"),
        (auc(0.05, 0.01, 0.09), {"direction": "lower"}, "worse", "keep"),
        (auc(0.05, 0.01, 0.09), {"limit": 0.9}, "worse", "keep"),
    ],
)
def test_a_criterion_is_shown_shown_not_or_open(found, criterion, outcome, act):
    verdict = verdict_of(compare(criteria=[{"metric": "auc", **criterion}]), evidence(found))
    assert (verdict.outcome, verdict.act) == (outcome, act)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (auc(-0.05, -0.09, -0.01), "auc: 0.75 against 0.8, 0.05 worse (95 % interval 0.01 to 0.09 worse)"),
        (auc(0.05, 0.01, 0.09), "auc: 0.85 against 0.8, 0.05 better (95 % interval 0.01 to 0.09 better)"),
        (auc(0.05, -0.01, 0.09), "auc: 0.85 against 0.8, 0.05 better (95 % interval 0.01 worse to 0.09 better)"),
    ],
)
def test_the_interval_is_told_in_the_direction_of_the_difference(found, words):
    assert words in verdict_of(compare(criteria=[{"metric": "auc"}]), evidence(found)).reason


def test_without_criteria_the_usual_metric_counts():
    assert verdict_of(compare(), evidence(auc(0.05, 0.01, 0.09))).outcome == "better"


def test_on_a_tie_the_newer_one_may_be_taken():
    verdict = verdict_of(compare(on_tie="newer"), evidence(auc(0.0, -0.1, 0.1)))
    assert (verdict.outcome, verdict.act) == ("tie", "promote")


def test_every_criterion_must_hold():
    wanted = compare(criteria=[{"metric": "auc"}, {"metric": "accuracy", "must_be": "not_worse"}])
    accuracy = MetricFound(
        metric="accuracy", larger_is_better=True, challenger=0.7, champion=0.8, difference=-0.1, low=-0.12, high=-0.08
    )
    verdict = verdict_of(wanted, evidence(auc(0.05, 0.01, 0.09), accuracy))
    assert (verdict.outcome, verdict.reason.startswith("accuracy: 0.7 against 0.8")) == ("worse", True)


@pytest.mark.parametrize(("limit", "act"), [(0.8, "promote"), (0.9, "keep")])
def test_without_a_model_in_use_the_limits_decide(limit, act):
    alone = MetricFound(metric="auc", larger_is_better=True, challenger=0.85)
    verdict = verdict_of(compare(criteria=[{"metric": "auc", "limit": limit}]), evidence(alone, champion=None))
    assert verdict.act == act


@pytest.mark.parametrize(("rule", "act"), [("keep", "keep"), ("ask", "ask"), ("limits", "promote")])
def test_an_old_model_that_cannot_answer_is_kept_asked_about_or_replaced(rule, act):
    broken = SideFound(label="m:1", tree="a", problem="There is no column 'x'.")
    alone = MetricFound(metric="auc", larger_is_better=True, challenger=0.85)
    verdict = verdict_of(compare(on_unscorable=rule), evidence(alone, champion=broken))
    assert (verdict.outcome, verdict.act) == ("undecided", act)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"rows": 20}, "20 labelled rows in common; at least 100"),
        ({"problem": "The held-out rows have no column “y” with the truth."}, "no column “y”"),
        ({"challenger": SideFound(label="m:2", tree="b", problem="It does not open.")}, "It does not open."),
    ],
)
def test_what_cannot_be_compared_keeps_the_old_one_and_says_why(more, words):
    verdict = verdict_of(compare(), evidence(auc(0.05, 0.01, 0.09), **more))
    assert (verdict.outcome, verdict.act, words in verdict.reason) == ("undecided", "keep", True)


def test_a_metric_that_is_not_defined_or_not_known_fails_and_says_so():
    verdict = verdict_of(compare(criteria=[{"metric": "log_loss"}]), evidence(auc(0.05, 0.01, 0.09)))
    assert (verdict.act, verdict.checks[0].state) == ("keep", "fail")
    undefined = MetricFound(metric="auc", larger_is_better=True, challenger=None, champion=0.8)
    assert "only one class" in verdict_of(compare(), evidence(undefined)).reason


def test_a_slice_that_is_shown_to_be_worse_turns_it_away_with_the_number_of_comparisons():
    found = (slice_found("audi", -0.2, -0.05), slice_found("bmw", -0.1, 0.1))
    rule = compare(slices=[{"column": "make"}])
    verdict = verdict_of(rule, evidence(auc(0.05, 0.01, 0.09), slices=found, slices_compared=2))
    assert (verdict.outcome, "make = audi" in verdict.reason, "97.5 %" in verdict.reason) == ("worse", True, True)


def test_slices_that_must_be_proven_leave_it_open():
    found = (slice_found("audi", -0.05, 0.2), slice_found("bmw", 0.0, 0.1))
    rule = compare(slices=[{"column": "make", "needs_proof": True, "tolerance": 0.02}])
    assert verdict_of(rule, evidence(auc(0.05, 0.01, 0.09), slices=found)).outcome == "tie"


@pytest.mark.parametrize(
    ("limits", "side", "name"),
    [
        ({"most_milliseconds": 5}, {"milliseconds": 7.0}, "latency"),
        ({"most_latency_ratio": 2}, {"milliseconds": 3.0}, "latency ratio"),
        ({"most_bytes": 1400}, {}, "size"),
        ({"most_size_ratio": 1.2}, {}, "size ratio"),
        ({"needs_onnx": True}, {"certificate_problem": "It has no ONNX form."}, "ONNX form"),
    ],
)
def test_a_limit_that_is_passed_turns_it_away(limits, side, name):
    mine = msgspec.structs.replace(NEW, **side)
    verdict = verdict_of(compare(limits=limits), evidence(auc(0.05, 0.01, 0.09), challenger=mine))
    assert (verdict.act, [one.name for one in verdict.checks if one.state == "fail"]) == ("keep", [name])
