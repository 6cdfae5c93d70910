"""What becomes of a deployment, judged from what its target sees and from the clock."""

from __future__ import annotations

from mlops.deployments.health import judge
from mlops.deployments.targets import Observed


def test_a_target_may_need_more_patience_than_a_process():
    pulling = Observed(state="starting", reason="The image is being pulled.", patience_seconds=600)
    assert judge(pulling, was_ready=False, waited_seconds=300).state == "transitioning"
    assert judge(pulling, was_ready=False, waited_seconds=601).state == "failed"
    assert judge(Observed(state="starting"), was_ready=False, waited_seconds=121).state == "failed"


def test_the_targets_hint_is_told_in_every_state():
    full = Observed(state="starting", reason="Unschedulable", hint="Add nodes.", patience_seconds=600)
    told = [
        judge(full, was_ready=ready, waited_seconds=waited) for ready, waited in ((False, 1), (False, 700), (True, 1))
    ]
    assert [(one.state, one.hint) for one in told] == [
        ("transitioning", "Add nodes."), ("failed", "Add nodes."), ("unhealthy", "Add nodes.")
    ]  # fmt: skip
