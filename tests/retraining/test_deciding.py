"""Whether an attempt waits, goes on or ends: every stage, from plain values."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mlops.formats.evidence import Verdict
from mlops.formats.retraining import RetrainingSettings
from mlops.retraining.deciding import Seen, after_comparison, decide


def settings(**given: Any) -> RetrainingSettings:
    return msgspec.convert({"model": "m", "what": {"pipeline": "p", "most_seconds": 60}, **given}, RetrainingSettings)


@pytest.mark.parametrize(
    ("seen", "to", "act"),
    [
        ({"stage": "triggered"}, "preparing", ""),
        ({"stage": "triggered", "is_first": False, "ahead": "attempt 1"}, "", ""),
        ({"stage": "training", "run": "running"}, "", ""),
        ({"stage": "training", "run": "running", "run_seconds": 61}, "failed", "cancel_run"),
        ({"stage": "training", "run": "completed"}, "comparing", ""),
        ({"stage": "training", "run": "failed"}, "failed", ""),
        ({"stage": "training", "run": "cancelled"}, "failed", ""),
        ({"stage": "training", "run": ""}, "failed", ""),
        ({"stage": "awaiting_approval"}, "", ""),
        ({"stage": "awaiting_approval", "approval": "approve", "approver": "olga"}, "deploying", ""),
        ({"stage": "awaiting_approval", "approval": "reject", "approver": "olga"}, "rejected", ""),
        ({"stage": "awaiting_approval", "seconds": 8 * 86400}, "rejected", ""),
        ({"stage": "deploying"}, "", "register"),
        ({"stage": "deploying", "is_registered": True}, "", "deploy"),
        ({"stage": "deploying", "is_registered": True, "deployment": "transitioning"}, "", ""),
        ({"stage": "deploying", "is_registered": True, "deployment": "transitioning", "seconds": 1801}, "failed", ""),
        ({"stage": "deploying", "is_registered": True, "deployment": "failed"}, "failed", ""),
        ({"stage": "deploying", "is_registered": True, "deployment": "healthy"}, "rolling_out", "roll_out"),
        ({"stage": "deploying", "is_registered": True, "deployment": "healthy", "has_champion": False}, "promoted", ""),
        ({"stage": "rolling_out", "rollout": "running"}, "", ""),
        ({"stage": "rolling_out", "rollout": "paused"}, "", ""),
        ({"stage": "rolling_out", "rollout": "finished"}, "promoted", ""),
        ({"stage": "rolling_out", "rollout": "rolled_back"}, "rejected", ""),
        ({"stage": "rolling_out", "rollout": "stopped"}, "cancelled", ""),
        ({"stage": "rolling_out", "rollout": ""}, "failed", ""),
    ],
)
def test_each_stage_goes_where_what_was_seen_leads(seen, to, act):
    move = decide(settings(endpoint="e", then={"do": "rollout"}), Seen(**{"seconds": 0.0, **seen}))
    assert (move.to, move.act) == (to, act)


@pytest.mark.parametrize(("do", "to"), [("register", "promoted"), ("tag", "promoted"), ("deploy", "")])
def test_registered_it_is_done_where_no_deployment_is_wanted(do, to):
    move = decide(settings(endpoint="e", then={"do": do}), Seen(stage="deploying", seconds=0, is_registered=True))
    assert move.to == to


@pytest.mark.parametrize(
    ("act", "approval", "dry", "to"),
    [
        ("keep", False, False, "rejected"),
        ("promote", False, False, "deploying"),
        ("promote", True, False, "awaiting_approval"),
        ("ask", False, False, "awaiting_approval"),
        ("promote", True, True, "compared"),
        ("keep", False, True, "compared"),
    ],
)
def test_after_the_comparison_the_verdict_leads(act, approval, dry, to):
    verdict = Verdict(outcome="better", act=act, reason="x")
    assert after_comparison(settings(approval={"is_needed": approval}), verdict, is_dry_run=dry).to == to
