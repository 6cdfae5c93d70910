"""Events of retraining policies and their attempts."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, RunId, said


class PolicyOf(Data, kw_only=True):
    policy: Annotated[str, said("The policy's name.")]
    model: str = ""
    endpoint: str = ""
    revision: int = 0


class Attempted(Data, kw_only=True):
    policy: Annotated[str, said("The policy's name.")]
    policy_id: str
    attempt: Annotated[int, said("Counts within the policy.")]
    model: Annotated[str, said("The model's name.")]
    endpoint: Annotated[str, said("Where it takes over; empty: it is only registered.")]
    champion: Annotated[str, said("`name:version` of the present model; empty: there is none.")]
    challenger: Annotated[str, said("`name:version` of the new one; empty: not yet.")]
    trigger: Annotated[str, said("What began it, such as `schedule`, `drift` or `push`.")]
    outcome: Annotated[str, said("Of the comparison; empty: not yet.")]
    run: RunId
    dry_run: Annotated[bool, said("Whether it only compares, without any effect.")] = False


POLICY, ATTEMPT = "retraining/{id}", "retraining/{id}/attempts/{number}"

TYPES = (
    EventType("mlops.retraining.policy_created", "Policy created", "A retraining policy is made.", POLICY, PolicyOf),
    EventType("mlops.retraining.policy_changed", "Policy changed", "Its settings change.", POLICY, PolicyOf),
    EventType("mlops.retraining.policy_enabled", "Policy enabled", "It is switched on.", POLICY, PolicyOf),
    EventType("mlops.retraining.policy_disabled", "Policy disabled", "It is switched off.", POLICY, PolicyOf),
    EventType("mlops.retraining.policy_deleted", "Policy deleted", "A policy is deleted.", POLICY, PolicyOf),
    EventType("mlops.retraining.triggered", "Retraining triggered", "An attempt begins.", ATTEMPT, Attempted),
    EventType("mlops.retraining.skipped", "Retraining skipped", "A rule of the policy leaves a trigger out.", ATTEMPT,
              Attempted),
    EventType("mlops.retraining.retried", "Retraining retried", "A failed attempt is tried again.", ATTEMPT, Attempted),
    EventType("mlops.retraining.compared", "Models compared", "The new model was compared with the present one.",
              ATTEMPT, Attempted),
    EventType("mlops.retraining.approval_wanted", "Approval wanted", "A person is to say whether it may take over.",
              ATTEMPT, Attempted),
    EventType("mlops.retraining.approved", "Approved", "A person lets the new model take over.", ATTEMPT, Attempted),
    EventType("mlops.retraining.turned_down", "Turned down", "A person keeps the present model.", ATTEMPT, Attempted),
    EventType("mlops.retraining.overridden", "Overridden", "A person decides otherwise than the comparison.", ATTEMPT,
              Attempted),
    EventType("mlops.retraining.promoted", "New model promoted", "The new model takes over.", ATTEMPT, Attempted),
    EventType("mlops.retraining.rejected", "New model rejected", "The present model stays.", ATTEMPT, Attempted),
    EventType("mlops.retraining.failed", "Retraining failed", "An attempt broke off; the reason says why.", ATTEMPT,
              Attempted),
    EventType("mlops.retraining.cancelled", "Retraining cancelled", "Somebody stops an attempt.", ATTEMPT, Attempted),
)  # fmt: skip
